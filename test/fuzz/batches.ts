import { BINARY, PING, PONG, TEXT } from '../support/wire-frames.ts'
import type { Random } from '../faults/random.ts'
import { breakers, type Breaker } from './breakers.ts'
import type { Conversation } from './conversation.ts'
import { makeMessage, pingMessage } from './envelopes.ts'
import { FrameWriter } from './frame-writer.ts'
import type { Tally } from './tally.ts'

/** Frames that are sent together, and what must follow. */
export interface Batch {
  readonly bytes: Buffer
  readonly frames: number
  /** What the answer to the last frame holds; undefined for a batch that ends the connection. */
  readonly sentinel: string | undefined
  /** What ends the connection, last of all. */
  readonly breaker: Breaker | undefined
}

const MAX_FRAMES = 80
const BREAKER_SHARE = 0.1
const MAX_PIECES = 8
const CONTROL_SHARE = 0.08
const OVERSIZED_SHARE = 0.001
const PIECES_SHARE = 0.15
const ODD_LENGTH_SHARE = 0.02
const OVERSIZED_BYTES = 70_000
const CONTINUATION = 0

/** Makes the frames of one connection. */
export class Batches {
  readonly #dialect: string
  readonly #conversation: Conversation
  readonly #random: Random
  readonly #writer: FrameWriter
  readonly #made: Tally
  #count = 0

  /** `made` is told of the frames by what they are. */
  constructor (dialect: string, conversation: Conversation, random: Random, made: Tally) {
    this.#dialect = dialect
    this.#conversation = conversation
    this.#random = random
    this.#writer = new FrameWriter(random)
    this.#made = made
  }

  /** The next frames: mostly messages, and either a question that has to be answered or the end of the connection behind them. */
  next (): Batch {
    const random = this.#random
    const writer = this.#writer
    this.#count += 1
    writer.clear()
    for (let wanted = random.integer(1, MAX_FRAMES); writer.frames < wanted;) this.#add()
    const breaker = random.chance(BREAKER_SHARE) ? random.pick(breakers) : undefined
    const frames = writer.frames
    // The question is none of the fuzzed frames.
    if (breaker === undefined) writer.frame({ opcode: this.#opcode }, pingMessage(this.#dialect, `sentinel-${this.#count}`))
    else breaker.write(writer, random, this.#dialect)
    if (breaker !== undefined) this.#made.count(breaker.name, writer.frames - frames)
    return { bytes: writer.copy(), frames: breaker === undefined ? frames : writer.frames, sentinel: breaker === undefined ? `sentinel-${this.#count}` : undefined, breaker }
  }

  get #opcode (): number {
    return this.#dialect === 'protobuf.v1' ? BINARY : TEXT
  }

  #add (): void {
    if (this.#random.chance(CONTROL_SHARE)) return this.#addControl()
    if (this.#random.chance(OVERSIZED_SHARE)) return this.#addOversized()
    const { content, state } = makeMessage(this.#dialect, this.#conversation.next(), this.#random)
    if (this.#random.chance(PIECES_SHARE)) return this.#addInPieces(Buffer.from(content))
    this.#writer.frame({ opcode: this.#opcode, ...(this.#random.chance(ODD_LENGTH_SHARE) && { form: 'long' }) }, content)
    this.#made.count(`${state} message`)
  }

  #addControl (): void {
    const opcode = this.#random.pick([PING, PONG])
    this.#writer.frame({ opcode }, 'p'.repeat(this.#random.integer(0, 125)))
    this.#made.count('ping or pong')
  }

  #addOversized (): void {
    this.#writer.frame({ opcode: this.#opcode }, 'x'.repeat(OVERSIZED_BYTES))
    this.#made.count('oversized message')
  }

  /** Cut anywhere, also within a character, with control frames in between. */
  #addInPieces (content: Buffer): void {
    const before = this.#writer.frames
    const pieces = this.#random.integer(2, MAX_PIECES)
    for (let piece = 0, at = 0; piece < pieces; piece += 1) {
      const isLast = piece === pieces - 1
      const end = isLast ? content.length : this.#random.integer(at, content.length)
      this.#writer.frame({ opcode: piece === 0 ? this.#opcode : CONTINUATION, fin: isLast }, content.subarray(at, end))
      if (!isLast && this.#random.chance(0.3)) this.#writer.frame({ opcode: PING }, 'between')
      at = end
    }
    this.#made.count('piece of a message', this.#writer.frames - before)
  }
}
