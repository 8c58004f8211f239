import type { Incoming } from './link.ts'
import type { Random } from './random.ts'
import { answerFor, resumeRequests, sinceRequests, type Seat } from './requests.ts'

const RETRY_MS = { min: 50, max: 250 }
/** Share of the times when `since` is said in place of `resume`. */
const SINCE_SHARE = 0.2

interface OpenRequest {
  readonly seats: readonly Seat[]
  readonly sentAt: number
}

/** What a client has asked for about its topics on the connection that it has, and what it has to ask for again. */
export class Asking {
  readonly #random: Random
  readonly #requests = new Map<string, OpenRequest>()
  /** When topics whose request failed are asked for again, ms. */
  readonly #again = new Map<Seat, number>()
  #count = 0

  constructor (random: Random) {
    this.#random = random
  }

  /** When the request that waits longest for its answer was sent, ms; Infinity when none waits. */
  get oldestSentAt (): number {
    return Math.min(Infinity, ...[...this.#requests.values()].map(({ sentAt }) => sentAt))
  }

  /** Asks where topics stand and for what was missed of them; frames of theirs do not count until the answer. */
  ask (seats: readonly Seat[], send: (envelope: object) => void): void {
    for (const seat of seats) {
      seat.follower.ask()
      this.#again.delete(seat)
    }
    for (const { envelope, seats: asked } of this.#random.chance(SINCE_SHARE) ? sinceRequests(seats) : resumeRequests(seats)) {
      this.#count += 1
      const id = `ask ${this.#count}`
      this.#requests.set(id, { seats: asked, sentAt: performance.now() })
      send({ id, ...envelope })
    }
  }

  /** Takes an answer; false if it answers none of these. What is refused for now is to be asked for again. */
  answered (id: string, frame: Incoming): boolean {
    const request = this.#requests.get(id)
    if (request === undefined) return false
    this.#requests.delete(id)
    for (const seat of request.seats) {
      const answer = frame.type === 'error' ? undefined : answerFor(seat.follower.topic, frame)
      if (answer === undefined) this.#again.set(seat, performance.now() + this.#random.integer(RETRY_MS.min, RETRY_MS.max))
      else seat.follower.answered(answer)
    }
    return true
  }

  /** Topics that may be asked for again now. */
  due (now: number): Seat[] {
    return [...this.#again].filter(([, at]) => at <= now).map(([seat]) => seat)
  }

  /** Nobody will answer any more. */
  linkEnded (): void {
    this.#requests.clear()
    this.#again.clear()
  }
}
