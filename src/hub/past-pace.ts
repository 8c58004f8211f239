import type { OutboxLimits } from './backlog.ts'

/** So much of the past is written at once, less where the send buffer is small: what else comes for the client must find room there. */
const MAX_FRAMES = 32
const MAX_BYTES = 64 * 1024

/** What was written of the past, of all topics of a connection together, since its socket had room. */
export class PastPace {
  /** There while nothing more of it may be written. */
  room: Promise<void> | undefined
  onDrained: (() => void) | undefined
  readonly #maxFrames: number
  readonly #maxBytes: number
  #frames = 0
  #bytes = 0

  constructor ({ messages, bytes }: OutboxLimits) {
    this.#maxFrames = Math.min(MAX_FRAMES, messages / 2)
    this.#maxBytes = Math.min(MAX_BYTES, bytes / 2)
  }

  /** True when the socket has to take what was written first. */
  get isSpent (): boolean {
    return this.#frames >= this.#maxFrames || this.#bytes >= this.#maxBytes
  }

  note (bytes: number): void {
    this.#frames += 1
    this.#bytes += bytes
  }
}
