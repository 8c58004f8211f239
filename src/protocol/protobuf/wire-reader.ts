import { isUtf8 } from 'node:buffer'
import { HubError } from '../../errors.ts'
import { WIRE_TYPE_BITS, wireTypes } from './wire-type.ts'

/** Most bytes of a number: 64 bits, seven in each. */
const MOST_VARINT_BYTES = 10
const MORE = 0x80
const WIRE_TYPE_MASK = 0b111
/** Keys have 32 bits: the highest field number is 2²⁹ − 1. */
const MOST_KEY = 0xffffffff
const FIXED_BYTES = { [wireTypes.fixed64]: 8, [wireTypes.fixed32]: 4 } as const
const REPLACEMENT = '\ufffd'

/**
 * Reads one message in the wire format of Protocol Buffers, field by field, from bytes that nobody vouches for. Whatever cannot be is
 * refused with `INVALID_FORMAT`. Makes no copy of anything but texts, so no length that is claimed takes memory.
 */
export class WireReader {
  readonly #bytes: Buffer
  #at = 0
  #wireType = 0

  constructor (bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Goes on to the next field, whose value has to be read or skipped then; undefined at the end of the message. */
  field (): number | undefined {
    if (this.#at === this.#bytes.length) return undefined
    const key = this.#varint()
    this.#wireType = key & WIRE_TYPE_MASK
    const field = key > MOST_KEY ? 0 : key >>> WIRE_TYPE_BITS
    return field === 0 ? refuse('a field with a number from 1 to 2^29 - 1') : field
  }

  /** A number; beyond 2⁵³ the nearest that a double has. */
  number (): number {
    this.#expect(wireTypes.varint, 'a varint')
    return this.#varint()
  }

  /** A text; has to be UTF-8. */
  text (): string {
    this.#expect(wireTypes.bytes, 'a text')
    const end = this.#end()
    const text = this.#bytes.toString('utf8', this.#at, end)
    // Whoever reads bytes that are no UTF-8 gets this sign in their place; it may also stand there itself.
    if (text.includes(REPLACEMENT) && !isUtf8(this.#bytes.subarray(this.#at, end))) refuse('texts in UTF-8')
    this.#at = end
    return text
  }

  /** Passes over a value of any kind but a group. */
  skip (): void {
    switch (this.#wireType) {
      case wireTypes.varint: this.#varint(); break
      case wireTypes.bytes: this.#at = this.#end(); break
      case wireTypes.fixed32: case wireTypes.fixed64: this.#at = this.#after(FIXED_BYTES[this.#wireType]); break
      default: refuse('a value of a known wire type')
    }
  }

  #expect (wireType: number, what: string): void {
    if (this.#wireType !== wireType) refuse(what)
  }

  /** Reads the length of the value that comes now; gives back where it ends. */
  #end (): number {
    return this.#after(this.#varint())
  }

  #after (length: number): number {
    const end = this.#at + length
    return end > this.#bytes.length ? refuse('no more than there is') : end
  }

  #varint (): number {
    let value = 0
    let unit = 1
    for (let count = 0; count < MOST_VARINT_BYTES; count++) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) return refuse('all of a number')
      if (byte < MORE) return value + byte * unit
      value += (byte - MORE) * unit
      unit *= MORE
    }
    return refuse('a number of at most 64 bits')
  }
}

function refuse (expected: string): never {
  throw new HubError('INVALID_FORMAT', `invalid message format: expected ${expected}`)
}
