const US_PER_MS = 1_000

/** Microseconds since the start of a run. Asked once per read of a socket, however many frames that brings. */
export class RunClock {
  readonly #startMs = performance.now()
  #nowUs = -1

  /** The time when the present turn first asked. */
  nowUs (): number {
    if (this.#nowUs < 0) this.#nowUs = Math.trunc((performance.now() - this.#startMs) * US_PER_MS)
    return this.#nowUs
  }

  /** The next question gets a new answer. */
  tick (): void {
    this.#nowUs = -1
  }
}
