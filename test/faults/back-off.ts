import type { Random } from './random.ts'

const FIRST_MS = 20
const MOST_MS = 1_000

/** How long to wait before the next connection: longer each time that none came about, or as long as a node has asked for. */
export class BackOff {
  readonly #random: Random
  #failures = 0
  /** What a node that goes away has asked for, ms; for the next time only. */
  hintMs = 0

  constructor (random: Random) {
    this.#random = random
  }

  /** A connection came about. */
  reset (): void {
    this.#failures = 0
  }

  /** The next pause, ms; tests do not wait for a second and more. */
  next (): number {
    const pause = Math.min(FIRST_MS * 2 ** this.#failures, MOST_MS) * this.#random.next()
    const hint = Math.min(this.hintMs, MOST_MS)
    this.#failures += 1
    this.hintMs = 0
    return Math.max(pause, hint)
  }
}
