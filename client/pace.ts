const WIDEST = 32
const GROW_AFTER = 8

/** How many requests may wait for their answers at once: fewer when the service warns or refuses, more again while all goes well. */
export class Pace {
  #width = WIDEST
  #answers = 0
  #pausedUntil = 0

  /** How many more may be sent now, while so many wait. */
  room (waiting: number): number {
    return Date.now() < this.#pausedUntil ? 0 : Math.max(0, this.#width - waiting)
  }

  /** A request was answered. */
  answered (): void {
    this.#answers += 1
    if (this.#answers % GROW_AFTER === 0) this.#width = Math.min(WIDEST, this.#width + 1)
  }

  /** The service asks to be spared for so long. */
  slowDown (ms: number): void {
    this.#width = Math.max(1, Math.floor(this.#width / 2))
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + ms)
  }
}
