/** A token bucket: `burst` at once, then `ratePerSecond`. A rate of 0 means no limit. */
export class TokenBucket {
  readonly #ratePerSecond: number
  readonly #burst: number
  #tokens: number
  #filledAt: number

  constructor (ratePerSecond: number, burst: number, nowMs: number) {
    this.#ratePerSecond = ratePerSecond
    this.#burst = burst
    this.#tokens = burst
    this.#filledAt = nowMs
  }

  /** Takes one token; false when there is none. */
  take (nowMs: number): boolean {
    if (this.#ratePerSecond === 0) return true
    // A clock set back must not take tokens away.
    const elapsedMs = Math.max(0, nowMs - this.#filledAt)
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsedMs * this.#ratePerSecond / 1000)
    this.#filledAt = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** Whole tokens left at the last take. */
  get remaining (): number {
    return Math.floor(this.#tokens)
  }

  /** True when less than the given share of the burst is left. */
  isBelow (share: number): boolean {
    return this.#ratePerSecond > 0 && this.#tokens < this.#burst * share
  }

  /** Milliseconds until so many tokens will be there. */
  msUntil (tokens: number): number {
    if (this.#ratePerSecond === 0) return 0
    return Math.ceil(Math.max(0, tokens - this.#tokens) * 1000 / this.#ratePerSecond)
  }
}
