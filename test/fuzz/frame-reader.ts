/** Told of each frame of a server; the payload is overwritten after the call. */
export type OnFrame = (opcode: number, payload: Buffer) => void

const EMPTY = Buffer.alloc(0)

/** Splits bytes of a server (unmasked frames) as they come; copies nothing but what a chunk leaves over. */
export class FrameReader {
  readonly #onFrame: OnFrame
  #rest = EMPTY

  constructor (onFrame: OnFrame) {
    this.#onFrame = onFrame
  }

  /** Takes a chunk, which may be overwritten afterwards. */
  push (chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    for (let next = this.#read(bytes, at); next !== undefined; next = this.#read(bytes, at)) at = next
    this.#rest = at === bytes.length ? EMPTY : Buffer.from(bytes.subarray(at))
  }

  /** Reads the frame at a place; returns the place behind it, or undefined where it is not whole. */
  #read (bytes: Buffer, at: number): number | undefined {
    const available = bytes.length - at
    if (available < 2) return undefined
    const second = bytes[at + 1] ?? 0
    const headLength = second === 127 ? 10 : second === 126 ? 4 : 2
    if (available < headLength) return undefined
    const length = second === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : second === 126 ? bytes.readUInt16BE(at + 2) : second
    if (available < headLength + length) return undefined
    const end = at + headLength + length
    this.#onFrame((bytes[at] ?? 0) & 0x0f, bytes.subarray(at + headLength, end))
    return end
  }
}
