import type { Settings } from './options.ts'

/** A connection that lived for so long was a good one, ms. */
const STABLE_MS = 5_000

/**
 * How long to wait for the next attempt: drawn from 0 to a bound that doubles with each one that failed (full jitter), so that
 * thousands who lost the same service do not come back at once.
 */
export class BackOff {
  readonly #settings: Pick<Settings, 'firstMs' | 'mostMs'>
  #steps = 0
  #openedAt: number | undefined
  #hintUntil = 0
  /** Attempts in a row that led to no connection. */
  failures = 0

  constructor (settings: Pick<Settings, 'firstMs' | 'mostMs'>) {
    this.#settings = settings
  }

  /** A connection came about. */
  opened (): void {
    this.#openedAt = Date.now()
    this.failures = 0
  }

  /** The network is another one, or there again: what failed before says nothing about the next attempt. */
  reset (): void {
    this.#steps = 0
  }

  /** The service goes away and asks to come back after so many ms. */
  hint (ms: number): void {
    this.#hintUntil = Date.now() + ms
  }

  /** The pause before the next attempt, ms. */
  next (): number {
    const { firstMs, mostMs } = this.#settings
    if (this.#openedAt === undefined) this.failures += 1
    // One that is cut right after each greeting is no success.
    else if (Date.now() - this.#openedAt >= STABLE_MS) this.#steps = 0
    this.#openedAt = undefined
    const hintMs = this.#hintUntil - Date.now()
    this.#hintUntil = 0
    if (hintMs > 0) return hintMs
    const pauseMs = Math.random() * Math.min(firstMs * 2 ** this.#steps, mostMs)
    this.#steps += 1
    return pauseMs
  }
}
