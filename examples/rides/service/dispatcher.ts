import { HubError } from 'wshub'
import type { Place } from '../messages.ts'
import type { Notices } from './notices.ts'
import type { RideLog } from './parts.ts'
import type { Match, RideStore } from './store.ts'

/** What a dispatcher works with. */
export interface DispatcherOptions {
  readonly store: RideStore
  readonly notices: Notices
  readonly log: RideLog
  /** How long a driver may think, ms. */
  readonly answerWithinMs: number
}

/** What came of a proposal. */
type Outcome = 'accepted' | 'declined' | 'not answered' | 'withdrawn'

/** A proposal that is not answered yet. */
interface Proposal {
  readonly match: Match
  readonly settle: (outcome: Outcome) => void
}

interface Search {
  readonly passengerId: string
  readonly pickup: Place
  readonly end: AbortController
}

/**
 * Finds a driver for each passenger who looks for one: asks the nearest, and the next when that one declines or keeps silent. What is open is known to
 * this process alone; several nodes would keep it where all of them see it.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  /** By passenger. */
  readonly #searches = new Map<string, Search>()
  /** By match. */
  readonly #proposals = new Map<string, Proposal>()

  constructor (options: DispatcherOptions) {
    this.#options = options
  }

  /** Looks for a driver from now on. Throws a `HubError` where that is under way already. */
  search (passengerId: string, pickup: Place): void {
    if (this.#searches.has(passengerId)) throw new HubError('VALIDATION_FAILED', 'a driver is being looked for already')
    const search = { passengerId, pickup, end: new AbortController() }
    this.#searches.set(passengerId, search)
    this.#findDriver(search)
      .catch((err: unknown) => this.#options.log.error({ passenger_id: passengerId, err }, 'Failed to find a driver'))
      .finally(() => this.#forget(search))
  }

  /** Looks no further. */
  cancel (passengerId: string): void {
    const search = this.#searches.get(passengerId)
    if (search === undefined) return
    this.#forget(search)
    search.end.abort()
  }

  /** Takes the answer to a proposal. Throws a `HubError`, which goes out with its code and text, where that is not open, or somebody else's. */
  answer (userId: string, matchId: string, accepted: boolean): void {
    const { match, settle } = this.#proposals.get(matchId) ?? {}
    const isDriver = match?.driverId === userId
    if (settle === undefined || (!isDriver && match?.passengerId !== userId)) throw new HubError('VALIDATION_FAILED', `${matchId} is not open`)
    if (!accepted) settle('declined')
    // The passenger has said yes by looking for a driver.
    else if (isDriver) settle('accepted')
  }

  async #findDriver ({ passengerId, pickup, end: { signal } }: Search): Promise<void> {
    const { store, notices, log } = this.#options
    for (const driverId of await store.freeDrivers(pickup)) {
      if (signal.aborted) return
      const match = await store.addMatch({ driverId, passengerId, pickup })
      const outcome = await this.#propose(match, signal)
      log.info({ match_id: match.id, driver_id: driverId, outcome }, 'Match proposal settled')
      if (outcome === 'withdrawn') return
      const ride = outcome === 'accepted' ? await store.addRide(match) : undefined
      if (ride !== undefined) return await notices.ridePickup(ride)
    }
    await notices.noDriver(passengerId, pickup)
  }

  async #propose (match: Match, signal: AbortSignal): Promise<Outcome> {
    const { notices, answerWithinMs } = this.#options
    // Since the match was begun the passenger may have given up.
    if (signal.aborted) return 'withdrawn'
    const outcome = this.#outcomeOf(match, signal)
    await notices.matchProposed(match, answerWithinMs)
    return await outcome
  }

  #outcomeOf (match: Match, signal: AbortSignal): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer)
        this.#proposals.delete(match.id)
        resolve(outcome)
      }
      const timer = setTimeout(settle, this.#options.answerWithinMs, 'not answered').unref()
      signal.addEventListener('abort', () => settle('withdrawn'), { once: true })
      this.#proposals.set(match.id, { match, settle })
    })
  }

  #forget (search: Search): void {
    if (this.#searches.get(search.passengerId) === search) this.#searches.delete(search.passengerId)
  }
}
