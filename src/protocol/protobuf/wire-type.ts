/** How a value stands on the wire: the lowest bits of its key. The two that begin and end a group have long been out of use. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** Bits of a key that are its wire type. */
export const WIRE_TYPE_BITS = 3
