/** Counts events within a window that starts anew with the first event after it has passed. */
export class WindowCounter {
  readonly #windowMs: number
  #startedAt = Number.NEGATIVE_INFINITY
  #count = 0

  constructor (windowMs: number) {
    this.#windowMs = windowMs
  }

  /** Counts one event; returns how many the current window has seen. */
  add (nowMs: number): number {
    if (nowMs - this.#startedAt >= this.#windowMs) {
      this.#startedAt = nowMs
      this.#count = 0
    }
    this.#count += 1
    return this.#count
  }
}
