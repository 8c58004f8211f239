import type { Location, MatchProposal, PassengerEvents, Place, RideEvents, RideNotice } from '../messages.ts'
import type { RideHub, RideLog } from './parts.ts'
import type { Match, Ride } from './store.ts'

/** Tells drivers and passengers what concerns them. A notice that cannot be sent is in the log; what it is about has happened all the same. */
export class Notices {
  readonly #hub: RideHub
  readonly #log: RideLog

  constructor (hub: RideHub, log: RideLog) {
    this.#hub = hub
    this.#log = log
  }

  async matchProposed ({ id, driverId, passengerId, pickup }: Match, answerWithinMs: number): Promise<void> {
    const names = { match_id: id, driver_id: driverId, passenger_id: passengerId }
    this.#log.info(names, 'Processing match proposal notification')
    const proposal: MatchProposal = { ...names, pickup, answer_within_ms: answerWithinMs }
    await this.#notifyBoth(names, 'match_proposal', proposal)
  }

  async ridePickup (ride: Ride): Promise<void> {
    const notice = noticeOf(ride)
    this.#log.info(notice, 'Processing ride pickup notification')
    await this.#notifyBoth(notice, 'ride_pickup', { ...notice, match_id: ride.match.id, pickup: ride.match.pickup, room: `trip:${ride.id}` })
  }

  async rideStarted (ride: Ride): Promise<void> {
    await this.#notifyBoth(noticeOf(ride), 'ride_started', noticeOf(ride))
  }

  async rideCompleted (ride: Ride): Promise<void> {
    await this.#notifyBoth(noticeOf(ride), 'ride_completed', noticeOf(ride))
  }

  async paymentProcessed (ride: Ride, amount: number): Promise<void> {
    await this.#notifyBoth(noticeOf(ride), 'payment_processed', { ...noticeOf(ride), amount })
  }

  /** Tells a passenger where the car is. */
  async driverLocation (ride: Ride, location: Location): Promise<void> {
    await this.#notify(ride.match.passengerId, 'driver_location', { ...noticeOf(ride), ...location })
  }

  async noDriver (passengerId: string, pickup: Place): Promise<void> {
    await this.#notify(passengerId, 'no_driver', { pickup })
  }

  /** Tells all passengers whether a driver can be had. */
  async driverAvailability (driverId: string, isActive: boolean): Promise<void> {
    const payload: PassengerEvents['driver_availability'] = { driver_id: driverId, is_active: isActive }
    await this.#sent(this.#hub.toRole('passenger', { type: 'driver_availability', payload }), { role: 'passenger', event: 'driver_availability' })
  }

  async #notifyBoth<K extends keyof RideEvents> (parties: Pick<RideNotice, 'driver_id' | 'passenger_id'>, type: K, payload: PassengerEvents[K]): Promise<void> {
    await Promise.all([parties.driver_id, parties.passenger_id].map((userId) => this.#notify(userId, type, payload)))
  }

  async #notify<K extends keyof PassengerEvents> (userId: string, type: K, payload: PassengerEvents[K]): Promise<void> {
    await this.#sent(this.#hub.toUser(userId, { type, payload }), { user_id: userId, event: type })
  }

  async #sent (sending: ReturnType<RideHub['toUser']>, fields: object): Promise<void> {
    try {
      const { recipients } = await sending
      // An app on the SDK gets it on coming back: what is sent to a user is kept for a while.
      if (recipients === 0) this.#log.debug(fields, 'Client not connected for notification')
    } catch (err) {
      this.#log.error({ ...fields, err }, 'Failed to send notification')
    }
  }
}

function noticeOf ({ id, match: { driverId, passengerId } }: Ride): RideNotice {
  return { ride_id: id, driver_id: driverId, passenger_id: passengerId }
}
