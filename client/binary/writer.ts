const encoder = new TextEncoder()
const MORE = 0x80
const BYTES = 2
/** Memory that is kept from one message to the next. */
const KEPT = 4_096
/** Most bytes of a length, and of a key and a number. */
const MOST_LENGTH = 5
const MOST_NUMBER = 11
/** Most bytes of a letter, counted as JavaScript does. */
const MOST_OF_LETTER = 3

/** Writes messages in the wire format of Protocol Buffers, one after the other. */
export class Writer {
  #bytes = new Uint8Array(KEPT)
  #at = 0

  /** A field with a number below 16. */
  number (field: number, value: number): void {
    this.#reserve(0)
    this.#bytes[this.#at++] = field << 3
    this.#varint(value)
  }

  /** Encoded into its place, behind the longest length there could be, and moved then: that takes half the time of a copy of its own. */
  text (field: number, value: string): void {
    this.#reserve(value.length)
    this.#bytes[this.#at++] = field << 3 | BYTES
    const start = this.#at + MOST_LENGTH
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(start))
    this.#varint(written)
    this.#bytes.copyWithin(this.#at, start, start + written)
    this.#at += written
  }

  /** Begins a message; one that was not taken, because something in it could not be written, is forgotten. */
  start (): void {
    this.#at = 0
  }

  /** Gives out the message. */
  take (): Uint8Array {
    const message = this.#bytes.slice(0, this.#at)
    if (this.#bytes.length > KEPT) this.#bytes = new Uint8Array(KEPT)
    return message
  }

  #varint (value: number): void {
    let rest = value
    for (; rest >= MORE; rest = Math.floor(rest / MORE)) this.#bytes[this.#at++] = rest % MORE | MORE
    this.#bytes[this.#at++] = rest
  }

  /** Makes room for a field with so many letters. */
  #reserve (letters: number): void {
    const needed = this.#at + MOST_NUMBER + letters * MOST_OF_LETTER
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(2 * needed)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
