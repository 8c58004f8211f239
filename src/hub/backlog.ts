import { monotonicMs } from '../clock.ts'
import { joinFrames, type Batch } from './batch.ts'
import type { Frame } from './frame.ts'

/** Bounds of what may wait for a socket that does not take it. */
export interface OutboxLimits {
  readonly messages: number
  readonly bytes: number
}

/** What a full socket holds back, bounded: a batch that it was given already, and what waits behind that. */
export class Backlog {
  readonly #limits: OutboxLimits
  readonly #batches: Batch[] = []
  readonly #frames: Frame[] = []
  #messages: number
  #bytes: number
  #sinceMs = monotonicMs()

  constructor (limits: OutboxLimits, { messages, bytes }: Batch) {
    this.#limits = limits
    this.#messages = messages
    this.#bytes = bytes.length
  }

  /** Since when the socket has been full, on the clock of `monotonicMs`. */
  get sinceMs (): number {
    return this.#sinceMs
  }

  /** Does not count so much time as stalled: nobody looked whether the socket had room. */
  pardon (missedMs: number): void {
    this.#sinceMs = Math.min(monotonicMs(), this.#sinceMs + missedMs)
  }

  /** Takes a frame; false when there is no room for it. */
  add (frame: Frame): boolean {
    const messages = this.#messages + 1
    const bytes = this.#bytes + frame.length
    if (messages > this.#limits.messages || bytes > this.#limits.bytes) return false
    this.#frames.push(frame)
    this.#messages = messages
    this.#bytes = bytes
    return true
  }

  /** Takes the rest of a flush that the socket had no room for. Those frames were accepted: they count, but are not refused. */
  hold (batch: Batch): void {
    this.#batches.push(batch)
    this.#messages += batch.messages
    this.#bytes += batch.bytes.length
  }

  /** All that the socket has not been given yet, in order. */
  rest (): Batch[] {
    return [...this.#batches, ...joinFrames(this.#frames)]
  }
}
