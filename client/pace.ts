/**
 * How many requests are on their way at once, to begin with. The service warns when a fifth of what it takes at once is left, 20 by default:
 * what is on its way then still gets in, so that nothing is refused and said again behind what was said later.
 */
const FIRST_WIDTH = 16
const GREATEST_WIDTH = 256
/** Answers without a warning after which one more may be on its way. */
const GROW_AFTER = 32
/** After a warning requests go one by one, so that their order holds whatever is refused, until there was none for so long, ms. */
const CALM_MS = 5_000

/** How many requests may wait for their answers at once: one when the service warns or refuses, more and more while all goes well. */
export class Pace {
  #width = FIRST_WIDTH
  #answers = 0
  #pausedUntil = 0

  /** How many more may be sent now, while so many wait. */
  room (waiting: number): number {
    const sinceMs = Date.now() - this.#pausedUntil
    if (sinceMs < 0) return 0
    return Math.max(0, (sinceMs < CALM_MS ? 1 : this.#width) - waiting)
  }

  /** A request was answered. */
  answered (): void {
    this.#answers += 1
    if (this.#answers % GROW_AFTER === 0) this.#width = Math.min(GREATEST_WIDTH, this.#width + 1)
  }

  /** The service asks to be spared for so long. */
  slowDown (ms: number): void {
    this.#width = FIRST_WIDTH
    this.#answers = 0
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + ms)
  }
}
