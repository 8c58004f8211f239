import type { Logger } from '../logger.ts'

/** Says once that the receiver has trouble, and once that it is over; what is sent shows nowhere. */
export class Trouble {
  readonly #logger: Logger
  #isKnown = false
  #isFull = false
  #dropped = 0

  /** @param host all of the receiver's address that may be shown */
  constructor (logger: Logger, host: string) {
    this.#logger = logger.child({ receiver: host })
  }

  /** A request has to be repeated after a pause. */
  failed (reason: string, pauseMs: number): void {
    this.#logger[this.#isKnown ? 'debug' : 'warn']({ reason, retry_after_ms: pauseMs }, 'webhook not accepted, will be tried again')
    this.#isKnown = true
  }

  /** So many changes were dropped until now. */
  dropped (total: number): void {
    if (total > this.#dropped && !this.#isFull) {
      this.#logger.warn({ dropped: total - this.#dropped }, 'too many changes wait for the receiver of webhooks: the oldest are dropped')
      this.#isFull = true
    }
    this.#dropped = total
  }

  /** The receiver takes requests. */
  over (): void {
    if (this.#isKnown) this.#logger.info({}, 'webhooks are accepted again')
    this.#isKnown = false
    this.#isFull = false
  }
}
