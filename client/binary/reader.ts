const MORE = 0x80
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** How a value stands on the wire: the lowest bits of its key, by which one is passed over that nobody knows. */
const VARINT = 0
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 }
const BYTES = 2

/** Reads a message in the wire format of Protocol Buffers. Throws a `RangeError` for bytes that are none. */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number
  #wireType = 0

  constructor (bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = at
    this.#end = end
  }

  /** Goes on to the next field, whose value has to be read or skipped then; 0 at the end of the message. */
  field (): number {
    if (this.#at === this.#end) return 0
    const key = this.number()
    this.#wireType = key & 7
    return key >>> 3
  }

  number (): number {
    let value = 0
    for (let unit = 1; ; unit *= MORE) {
      const byte = this.#bytes[this.#at++] ?? Infinity
      if (this.#at > this.#end) throw new RangeError('cut off')
      if (byte < MORE) return value + byte * unit
      value += (byte - MORE) * unit
    }
  }

  text (): string {
    const start = this.#value()
    return decoder.decode(this.#bytes.subarray(start, this.#at))
  }

  /** A message within the message. */
  message (): Reader {
    const start = this.#value()
    return new Reader(this.#bytes, start, this.#at)
  }

  skip (): void {
    if (this.#wireType === VARINT) this.number()
    else if (this.#wireType === BYTES) this.#value()
    else this.#pass(FIXED[this.#wireType] ?? Infinity)
  }

  /** Passes over a value of some length; gives back where it begins. */
  #value (): number {
    return this.#pass(this.number())
  }

  #pass (length: number): number {
    const start = this.#at
    this.#at += length
    if (this.#at > this.#end) throw new RangeError('cut off')
    return start
  }
}
