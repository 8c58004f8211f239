/** Something that must come to its end in time. */
export interface Watched {
  /** When it is late, on the clock of `performance.now()`; Infinity while nothing is expected of it. */
  readonly deadline: number
  /** Told once that it is. */
  late (): void
}

const CHECK_MS = 250

/** Looks after all that is waited for, with one timer. */
export class Watchdog {
  readonly #watched = new Set<Watched>()
  readonly #timer = setInterval(() => this.#check(), CHECK_MS)

  /** How many are looked after. */
  get size (): number {
    return this.#watched.size
  }

  add (watched: Watched): void {
    this.#watched.add(watched)
  }

  remove (watched: Watched): void {
    this.#watched.delete(watched)
  }

  stop (): void {
    clearInterval(this.#timer)
  }

  #check (): void {
    const now = performance.now()
    for (const watched of this.#watched) {
      if (now < watched.deadline) continue
      this.#watched.delete(watched)
      watched.late()
    }
  }
}
