const US_PER_MS = 1_000

/** Microseconds since the start of a run. The system is asked once per read of a socket, however many frames that brings. */
export class RunClock {
  readonly #startMs = performance.now()
  #nowUs = -1

  /** The time when the present turn first asked. */
  nowUs (): number {
    if (this.#nowUs < 0) this.#nowUs = Math.trunc((performance.now() - this.#startMs) * US_PER_MS)
    return this.#nowUs
  }

  /** Ends the turn: whoever has used the time does so, for the next one must not be given an old time. */
  tick (): void {
    this.#nowUs = -1
  }
}
