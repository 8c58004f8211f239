import { monotonicMs } from '../clock.ts'
import { HubError } from '../errors.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import type { Connection } from './connection.ts'
import type { Timings } from './timings.ts'
import { TokenBucket } from './token-bucket.ts'
import { WindowCounter } from './window-counter.ts'

/** Frames a connection may send, pings and pongs that nobody asked for among them; a rate of 0 switches the limit off. */
export interface MessageRate {
  readonly perSecond: number
  readonly burst: number
}

/** Whose frames are counted. */
export type GatedPeer = Pick<Connection, 'isOpen' | 'send' | 'close'>

/** Below this share of the burst a client is warned. */
const WARNING_SHARE = 0.2

/** Lets through as many frames of one connection as its rate allows: warns first, then refuses, then closes. */
export class RateGate {
  readonly #connection: GatedPeer
  readonly #rate: MessageRate
  readonly #timings: Timings
  readonly #bucket: TokenBucket
  #refusals: WindowCounter | undefined
  #warnedAt = Number.NEGATIVE_INFINITY

  constructor (connection: GatedPeer, rate: MessageRate, timings: Timings) {
    this.#connection = connection
    this.#rate = rate
    this.#timings = timings
    this.#bucket = new TokenBucket(rate.perSecond, rate.burst, monotonicMs())
  }

  /** Counts a frame; false when it must be refused. */
  admit (): boolean {
    const now = monotonicMs()
    const admitted = this.#bucket.take(now)
    if (!admitted) this.#refuse(now)
    else if (this.#bucket.isBelow(WARNING_SHARE)) this.#warn(now)
    return admitted
  }

  /** Counts a control frame that the peer sent of its own accord. Too many are not answered with a word: they can only end the connection. */
  countControl (): void {
    if (this.#connection.isOpen) this.admit()
  }

  /** What a refused request is told. */
  error (): HubError {
    return new HubError('RATE_LIMIT', `too many messages: at most ${this.#rate.perSecond} per second, retry in ${this.#bucket.msUntil(1)} ms`)
  }

  #refuse (now: number): void {
    this.#refusals ??= new WindowCounter(this.#timings.refusalWindowMs)
    if (this.#refusals.add(now) >= this.#timings.refusalLimit) this.#connection.close(closeCodes.rateLimit)
  }

  #warn (now: number): void {
    if (now - this.#warnedAt < this.#timings.rateWarningIntervalMs) return
    this.#warnedAt = now
    const { remaining } = this.#bucket
    const retryAfterMs = this.#bucket.msUntil(this.#rate.burst * WARNING_SHARE)
    this.#connection.send('rate_warning', { limit: this.#rate.burst, remaining, retry_after_ms: retryAfterMs })
  }
}
