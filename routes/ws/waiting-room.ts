import { unavailable } from '../../src/http-error.ts'
import { isPromise, type MaybePromise } from '../../src/maybe-promise.ts'
import { within } from '../../src/within.ts'

/** How many handshakes may wait to learn who somebody is, and for how long. */
export interface WaitingLimits {
  /** Those of this node at a time; further ones are refused. */
  readonly maxWaiting: number
  /** How long one may wait, ms. */
  readonly maxWaitMs: number
}

/**
 * Where handshakes wait while a key server, the application or Redis finds out who somebody is: one of these that hangs must neither
 * gather sockets without end nor leave anybody without an answer.
 */
export class WaitingRoom {
  readonly #limits: WaitingLimits
  #waiting = 0

  constructor (limits: WaitingLimits) {
    this.#limits = limits
  }

  /** Asks a question, and waits for its answer where it is not there at once. Throws 503 where too many wait already; rejects with 503 where it takes too long. */
  ask<T> (question: () => MaybePromise<T>): MaybePromise<T> {
    if (this.#waiting >= this.#limits.maxWaiting) throw unavailable('too many handshakes are waiting')
    const answer = question()
    return isPromise(answer) ? this.#wait(answer) : answer
  }

  async #wait<T> (answer: Promise<T>): Promise<T> {
    this.#waiting += 1
    try {
      return await within(answer, this.#limits.maxWaitMs, () => unavailable('authentication took too long'))
    } finally {
      this.#waiting -= 1
    }
  }
}
