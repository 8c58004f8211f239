import type { Random } from '../faults/random.ts'

/** What of a frame's head may be other than usual. */
export interface FrameHead {
  readonly opcode: number
  /** Final: true unless given. */
  readonly fin?: boolean
  /** The three reserved bits as a number from 0 to 7. */
  readonly rsv?: number
  readonly isMasked?: boolean
  /** What the head says that the length is; the real one unless given. */
  readonly claimedLength?: number | bigint
  /** The form of the length: the shortest that fits unless given. */
  readonly form?: 'long'
}

const START_BYTES = 65_536
const MAX_HEAD_BYTES = 14

/** Puts frames of a client one behind the other; used again and again, so that a frame costs no buffer. */
export class FrameWriter {
  readonly #random: Random
  #buffer = Buffer.allocUnsafe(START_BYTES)
  #length = 0
  #frames = 0

  constructor (random: Random) {
    this.#random = random
  }

  /** How many frames were put in since {@link clear}. */
  get frames (): number {
    return this.#frames
  }

  get length (): number {
    return this.#length
  }

  /** A copy of what was put in. */
  copy (): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length))
  }

  clear (): void {
    this.#length = 0
    this.#frames = 0
  }

  /** Puts in a frame. */
  frame (head: FrameHead, content: string | Buffer = ''): void {
    const size = typeof content === 'string' ? Buffer.byteLength(content) : content.length
    this.#reserve(size + MAX_HEAD_BYTES)
    const isMasked = head.isMasked !== false
    this.#writeHead(head, size, isMasked)
    // A mask of zeros is as good as any for the receiver, which undoes it all the same; now and then there is a real one.
    const mask = isMasked && this.#random.chance(0.1) ? this.#random.integer(1, 0xffffffff) : 0
    if (isMasked) this.#length = this.#buffer.writeUInt32BE(mask, this.#length)
    const start = this.#length
    this.#length += typeof content === 'string' ? this.#buffer.write(content, start) : content.copy(this.#buffer, start)
    if (mask !== 0) for (let at = start; at < this.#length; at += 1) this.#buffer[at] = (this.#buffer[at] ?? 0) ^ (mask >>> (24 - 8 * ((at - start) % 4)) & 0xff)
    this.#frames += 1
  }

  /** Puts in bytes that are no whole frame; they count as one. */
  bytes (content: Buffer): void {
    this.#reserve(content.length)
    this.#length += content.copy(this.#buffer, this.#length)
    this.#frames += 1
  }

  #writeHead ({ opcode, fin = true, rsv = 0, claimedLength, form }: FrameHead, size: number, isMasked: boolean): void {
    const length = claimedLength ?? size
    const maskBit = isMasked ? 0x80 : 0
    this.#byte((fin ? 0x80 : 0) | rsv << 4 | opcode)
    const needed = length < 126 ? 'short' : length <= 0xffff ? 'medium' : 'long'
    switch (form ?? needed) {
      case 'short':
        this.#byte(maskBit | Number(length))
        break
      case 'medium':
        this.#byte(maskBit | 126)
        this.#length = this.#buffer.writeUInt16BE(Number(length), this.#length)
        break
      case 'long':
        this.#byte(maskBit | 127)
        this.#length = this.#buffer.writeBigUInt64BE(BigInt(length), this.#length)
    }
  }

  #byte (value: number): void {
    this.#length = this.#buffer.writeUInt8(value, this.#length)
  }

  #reserve (bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#length + bytes))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}
