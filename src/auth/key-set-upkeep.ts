import { monotonicMs } from '../clock.ts'

/** How long a set of keys is used, and how often it may be fetched; all in ms. */
export interface KeySetTimes {
  /** An older set counts for nobody: a key that was taken out of it is refused after so long. From half of it on a newer one is fetched on the side. */
  readonly maxAgeMs: number
  /** A key that is not in the set has it fetched anew only when the set is older than this. */
  readonly cooldownMs: number
  /** After a failure nothing is fetched for so long; twice as long after each further one, up to eight times. */
  readonly failureGapMs: number
}

/** The key set could not be had: the token may be good all the same. */
export class KeySetError extends Error {
  override readonly name = 'KeySetError'
}

const MOST_GAPS = 8

/** Times that a key server can bear; whoever has a key that was withdrawn has no long use of it. */
export const defaultKeySetTimes: KeySetTimes = { maxAgeMs: 600_000, cooldownMs: 30_000, failureGapMs: 1_000 }

/**
 * Decides when a set of keys is fetched: one request at a time, with a gap before the next, whatever tokens ask for. Whose keys are known
 * waits for no request while the set is young enough, and is not locked out by a key server that is away for less than half of that time.
 */
export class KeySetUpkeep {
  readonly #fetchSet: () => Promise<void>
  readonly #times: KeySetTimes
  /** When the set that is there was had, on the clock of `monotonicMs`. */
  #hadAtMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #failedAtMs = 0
  #fetching: Promise<void> | undefined

  /** `fetchSet` puts another set in the place of the one that is there, or rejects and leaves that alone. */
  constructor (fetchSet: () => Promise<void>, times: KeySetTimes) {
    this.#fetchSet = fetchSet
    this.#times = times
  }

  /** Resolves when there is a set that counts; at once, as undefined, where there is. Rejects with {@link KeySetError}. */
  ready (): Promise<void> | undefined {
    const { maxAgeMs } = this.#times
    if (this.#ageMs >= maxAgeMs) return this.#fetch()
    // Nobody waits for it, and nobody need know that it failed: the set is good for as long again.
    if (this.#ageMs >= maxAgeMs / 2 && !this.#isResting) this.#fetch().catch(() => {})
    return undefined
  }

  /** For a key that is not in the set: resolves to true when there is a newer set to look into. Rejects with {@link KeySetError}. */
  async renewed (): Promise<boolean> {
    if (this.#ageMs < this.#times.cooldownMs) return false
    await this.#fetch()
    return true
  }

  get #ageMs (): number {
    return monotonicMs() - this.#hadAtMs
  }

  /** True while the key server is left alone after a failure. */
  get #isResting (): boolean {
    const gapMs = this.#times.failureGapMs * Math.min(2 ** (this.#failures - 1), MOST_GAPS)
    return this.#failures > 0 && monotonicMs() - this.#failedAtMs < gapMs
  }

  async #fetch (): Promise<void> {
    if (this.#fetching === undefined && this.#isResting) throw new KeySetError('key set unavailable: it could not be had a moment ago')
    this.#fetching ??= this.#begin().finally(() => { this.#fetching = undefined })
    await this.#fetching
  }

  async #begin (): Promise<void> {
    try {
      await this.#fetchSet()
      this.#hadAtMs = monotonicMs()
      this.#failures = 0
    } catch (cause) {
      this.#failures += 1
      this.#failedAtMs = monotonicMs()
      throw new KeySetError('key set unavailable', { cause })
    }
  }
}
