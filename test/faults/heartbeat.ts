const PING_MS = 1_000

/** Whether a node still answers: a ping every second, one after the other. */
export class Heartbeat {
  #pingedAt = 0
  #pongedAt = 0

  /** When the ping that has no answer was sent, ms; Infinity when none waits. */
  get unansweredSince (): number {
    return this.#pongedAt < this.#pingedAt ? this.#pingedAt : Infinity
  }

  /** A connection begins. */
  begin (now: number): void {
    this.#pingedAt = this.#pongedAt = now
  }

  pong (now: number): void {
    this.#pongedAt = now
  }

  /** True when it is time for a ping, which counts as sent then. */
  takeTurn (now: number): boolean {
    const isTime = this.#pongedAt >= this.#pingedAt && now - this.#pingedAt > PING_MS
    if (isTime) this.#pingedAt = now
    return isTime
  }
}
