import { WIRE_TYPE_BITS, wireTypes } from './wire-type.ts'

/** Memory that is kept from one message to the next; what a larger one took is given back. */
const KEPT_BYTES = 65_536
/** Most bytes of a key and a number, or of a key and a length. */
const MOST_HEAD_BYTES = 20
const MORE = 0x80

/** Writes messages in the wire format of Protocol Buffers, one after the other. Fields go out in the order in which they are written. */
export class WireWriter {
  #bytes = Buffer.allocUnsafeSlow(KEPT_BYTES)
  #at = 0

  /** A whole number from 0 to 2⁵³ − 1. */
  number (field: number, value: number): void {
    this.#reserve(MOST_HEAD_BYTES)
    this.#key(field, wireTypes.varint)
    this.#varint(value)
  }

  /** A text. Half of a surrogate pair, which no UTF-8 has, becomes U+FFFD. */
  text (field: number, value: string): void {
    const length = Buffer.byteLength(value)
    this.begin(field, length)
    this.#reserve(length)
    this.#at += this.#bytes.write(value, this.#at)
  }

  /** Begins a message within the message: what is written next, up to its length in bytes, are its fields. */
  begin (field: number, length: number): void {
    this.#reserve(MOST_HEAD_BYTES)
    this.#key(field, wireTypes.bytes)
    this.#varint(length)
  }

  /** Begins a message; one that was not taken, because something in it could not be written, is forgotten. */
  start (): void {
    this.#at = 0
  }

  /** Gives out the message. */
  take (): Buffer {
    const message = Buffer.from(this.#bytes.subarray(0, this.#at))
    this.#at = 0
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(KEPT_BYTES)
    return message
  }

  #key (field: number, wireType: number): void {
    this.#varint(field << WIRE_TYPE_BITS | wireType)
  }

  #varint (value: number): void {
    let rest = value
    while (rest >= MORE) {
      this.#bytes[this.#at++] = rest % MORE | MORE
      rest = Math.floor(rest / MORE)
    }
    this.#bytes[this.#at++] = rest
  }

  #reserve (more: number): void {
    const needed = this.#at + more
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}

/** Bytes of a text as a field whose number is below 16. */
export function textSize (value: string): number {
  const length = Buffer.byteLength(value)
  return 1 + varintSize(length) + length
}

function varintSize (value: number): number {
  let size = 1
  for (let rest = value; rest >= MORE; rest = Math.floor(rest / MORE)) size += 1
  return size
}
