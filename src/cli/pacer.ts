import { setTimeout as sleep } from 'node:timers/promises'

/** How fast lines of a pipe are sent. */
export interface Pace {
  /** So many at once. */
  readonly burst: number
  /** Then one in so many ms. */
  readonly intervalMs: number
}

/** Below the service's default rate: 50 a second, 100 at once. */
const defaultPace: Pace = { burst: 50, intervalMs: 25 }

/** Keeps a pipe from outrunning the service, which would refuse what comes too fast. */
export class Pacer {
  readonly #pace: Pace
  #sent = 0
  #pauseMs = 0

  constructor (pace: Pace = defaultPace) {
    this.#pace = pace
  }

  /** The service has warned: the next line waits so much longer. */
  warn (retryAfterMs: number): void {
    this.#pauseMs = retryAfterMs
  }

  /** Resolves when the next line may go. */
  async next (): Promise<void> {
    this.#sent += 1
    const waitMs = this.#pauseMs + (this.#sent > this.#pace.burst ? this.#pace.intervalMs : 0)
    this.#pauseMs = 0
    if (waitMs > 0) await sleep(waitMs)
  }
}
