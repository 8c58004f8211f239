import { handleBeacon } from './beacon.ts'
import { Dispatcher } from './dispatcher.ts'
import { handleFinder } from './finder.ts'
import { handleLocation } from './location.ts'
import { handleMatch } from './match.ts'
import { Notices } from './notices.ts'
import type { RideHub, RideLog } from './parts.ts'
import { handlePayment } from './payment.ts'
import { handleRide } from './ride.ts'
import type { RideStore } from './store.ts'

/** What a service for rides is made of. */
export interface RidesOptions {
  readonly hub: RideHub
  readonly store: RideStore
  readonly log: RideLog
  /** How long a driver may think about a proposal, ms. */
  readonly answerWithinMs?: number
}

/**
 * Makes a hub a service for rides: adds the message types of drivers and passengers, before anybody connects. Gives back its notices, for
 * whatever else in the application has something to tell the two.
 */
export function addRides ({ hub, store, log, answerWithinMs = 15_000 }: RidesOptions): Notices {
  const notices = new Notices(hub, log)
  const dispatcher = new Dispatcher({ store, notices, log, answerWithinMs })
  const parts = { hub, store, log, notices, dispatcher }
  for (const handle of [handleLocation, handleBeacon, handleFinder, handleMatch, handleRide, handlePayment]) handle(parts)
  return notices
}
