/** Told of frames. The bytes are only valid during the call. */
export interface FrameSink {
  /** A frame's payload is `bytes[start, end)`; of one longer than {@link MAX_WHOLE_BYTES} it may be no more than the beginning. */
  onFrame (opcode: number, bytes: Buffer, start: number, end: number): void
}

/** Longer payloads are skipped rather than gathered. */
export const MAX_WHOLE_BYTES = 4_096
/** The least of a longer payload that is handed on. */
export const HEAD_BYTES = 256

const FIN = 0x80
const MASKED = 0x80
const LENGTH_16 = 126
const LENGTH_64 = 127
const MAX_CONTROL_BYTES = 125
const FIRST_CONTROL_OPCODE = 8
const NO_BYTES = Buffer.alloc(0)

/** Splits what a server sends into frames without copying, but for a frame that is cut in two by the end of a chunk. */
export class FrameParser {
  readonly #sink: FrameSink
  #carry = NO_BYTES
  #skipBytes = 0
  #payloadAt = 0
  #payloadLength = 0

  constructor (sink: FrameSink) {
    this.#sink = sink
  }

  /** Takes `chunk[from, to)`. Throws at what a server must not send, or this parser does not understand. */
  push (chunk: Buffer, from: number, to: number): void {
    const at = from + this.#skip(to - from)
    if (at === to) return
    if (this.#carry.length === 0) return this.#parse(chunk, at, to)
    const joined = Buffer.concat([this.#carry, chunk.subarray(at, to)])
    this.#carry = NO_BYTES
    this.#parse(joined, 0, joined.length)
  }

  #skip (available: number): number {
    const skipped = Math.min(this.#skipBytes, available)
    this.#skipBytes -= skipped
    return skipped
  }

  #parse (bytes: Buffer, from: number, to: number): void {
    let at = from
    while (at < to && this.#readHeader(bytes, at, to)) {
      const start = this.#payloadAt
      const end = start + this.#payloadLength
      if (end > to && !this.#isHeadEnough(to - start)) break
      this.#sink.onFrame((bytes[at] ?? 0) & 0x0f, bytes, start, Math.min(end, to))
      this.#skipBytes = Math.max(0, end - to)
      at = Math.min(end, to)
    }
    // The chunk's memory is the socket's and will be overwritten.
    if (at < to) this.#carry = Buffer.from(bytes.subarray(at, to))
  }

  #isHeadEnough (available: number): boolean {
    return this.#payloadLength > MAX_WHOLE_BYTES && available >= HEAD_BYTES
  }

  /** Finds where the payload begins and how long it is; false when not even the header is there. */
  #readHeader (bytes: Buffer, at: number, to: number): boolean {
    if (to - at < 2) return false
    const second = bytes[at + 1] ?? 0
    const shortLength = second & 0x7f
    const headerLength = shortLength < LENGTH_16 ? 2 : shortLength === LENGTH_16 ? 4 : 10
    if (to - at < headerLength) return false
    checkHeader(bytes[at] ?? 0, second)
    this.#payloadAt = at + headerLength
    this.#payloadLength = shortLength < LENGTH_16 ? shortLength : longLength(bytes, at, shortLength)
    return true
  }
}

function checkHeader (first: number, second: number): void {
  const isControl = (first & 0x0f) >= FIRST_CONTROL_OPCODE
  if ((first & 0x70) !== 0) throw new Error('a frame with a reserved bit: the server compresses although nobody offered to')
  if ((second & MASKED) !== 0) throw new Error('a masked frame from the server')
  if ((first & FIN) === 0 || (first & 0x0f) === 0) throw new Error('a fragmented message, which this client does not put together')
  if (isControl && (second & 0x7f) > MAX_CONTROL_BYTES) throw new Error('a control frame longer than 125 bytes')
}

function longLength (bytes: Buffer, at: number, shortLength: number): number {
  return shortLength === LENGTH_64 ? Number(bytes.readBigUInt64BE(at + 2)) : bytes.readUInt16BE(at + 2)
}
