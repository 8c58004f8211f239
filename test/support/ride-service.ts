import { Type, type Static } from '@sinclair/typebox'
import { HubError, type HandlerOptions, type Hub } from '../../src/index.ts'
import type { Logger } from '../../src/logger.ts'

/** All that the rides need of the hub: nothing of sockets, tokens or the way messages take. */
export type RideHub = Pick<Hub, 'handle' | 'to'>

/** Where an application keeps what it knows. */
export interface RideStore {
  saveLocation (driverId: string, latitude: number, longitude: number): void
  saveActive (driverId: string, isActive: boolean): void
  /** Driver and passenger of a ride or match. */
  partiesOf (id: string): readonly string[]
}

/** What the rides work with. */
export interface RideParts {
  readonly hub: RideHub
  readonly store: RideStore
  readonly logger: Logger
}

const drivers = { roles: ['driver'] }
const LocationSchema = Type.Object({ latitude: Type.Number(), longitude: Type.Number(), timestamp: Type.String() })
const BeaconSchema = Type.Object({ is_active: Type.Boolean() })
const FinderSchema = Type.Object({ is_searching: Type.Boolean() })
const MatchSchema = Type.Object({ match_id: Type.Optional(Type.String()), accepted: Type.Boolean() })
const RideSchema = Type.Object({ ride_id: Type.String() })
const PaymentSchema = Type.Object({ ride_id: Type.String(), amount: Type.Number() })

/** The domain of document 001 as an application would write it on top of the hub. */
export class RideService {
  readonly #hub: RideHub
  readonly #store: RideStore
  readonly #logger: Logger

  constructor ({ hub, store, logger }: RideParts) {
    this.#hub = hub
    this.#store = store
    this.#logger = logger
    hub.handle('location_update', { schema: LocationSchema, ...drivers }, ({ user }, place) => this.#locate(user.id, place))
    hub.handle('beacon_update', { schema: BeaconSchema, ...drivers }, ({ user }, beacon) => this.#setActive(user.id, beacon))
    hub.handle('finder_update', { schema: FinderSchema }, ({ user }, finder) => this.#tellDrivers('passenger_searching', { passenger_id: user.id, ...finder }))
    hub.handle('match_confirm', { schema: MatchSchema }, ({ user }, match) => this.#confirm(user.id, match))
    this.#forwardRide('ride_start', { schema: RideSchema, ...drivers }, 'ride_started')
    this.#forwardRide('ride_arrived', { schema: RideSchema, ...drivers }, 'ride_completed')
    hub.handle('payment_process', { schema: PaymentSchema }, async (_context, payment) => await this.#tellParties(payment.ride_id, 'payment_processed', payment))
  }

  /** Tells driver and passenger that they could ride together. */
  async proposeMatch (matchId: string): Promise<void> {
    this.#logger.info({ match_id: matchId, user_ids: this.#store.partiesOf(matchId) }, 'Processing match proposal notification')
    await this.#tellParties(matchId, 'match_proposal', { match_id: matchId })
  }

  /** Tells driver and passenger that the ride begins. */
  async pickUp (rideId: string): Promise<void> {
    this.#logger.info({ ride_id: rideId, user_ids: this.#store.partiesOf(rideId) }, 'Processing ride pickup notification')
    await this.#tellParties(rideId, 'ride_pickup', { ride_id: rideId })
  }

  async #locate (driverId: string, { latitude, longitude }: Static<typeof LocationSchema>): Promise<void> {
    if (Math.abs(latitude) > 90) throw new HubError('VALIDATION_FAILED', 'latitude is out of range')
    if (Math.abs(longitude) > 180) throw new HubError('VALIDATION_FAILED', 'longitude is out of range')
    const place = { driver_id: driverId, latitude, longitude }
    try {
      this.#store.saveLocation(driverId, latitude, longitude)
    } catch (err) {
      this.#logger.error({ ...place, err }, 'Failed to update location')
      throw err
    }
    this.#logger.info(place, 'Location updated successfully')
    await this.#tellParties(driverId, 'driver_location', place)
  }

  async #setActive (driverId: string, { is_active: isActive }: Static<typeof BeaconSchema>): Promise<void> {
    this.#store.saveActive(driverId, isActive)
    this.#logger.info({ driver_id: driverId, is_active: isActive }, 'Beacon status updated')
    await this.#hub.to({ roles: ['passenger'] }, { type: 'driver_availability', payload: { driver_id: driverId, is_active: isActive } })
  }

  async #confirm (userId: string, { match_id: matchId = '', accepted }: Static<typeof MatchSchema>): Promise<void> {
    if (matchId === '') throw new HubError('VALIDATION_FAILED', 'match_id is required')
    this.#logger.info({ user_id: userId, match_id: matchId, accepted }, 'Match confirmation processed')
    await this.#tellParties(matchId, 'match_confirmed', { match_id: matchId, accepted })
  }

  #forwardRide (type: string, options: HandlerOptions<typeof RideSchema>, notice: string): void {
    this.#hub.handle(type, options, async (_context, ride) => await this.#tellParties(ride.ride_id, notice, ride))
  }

  async #tellParties (id: string, type: string, payload: object): Promise<void> {
    await this.#hub.to({ users: this.#store.partiesOf(id) }, { type, payload })
  }

  async #tellDrivers (type: string, payload: object): Promise<void> {
    await this.#hub.to({ roles: ['driver'] }, { type, payload })
  }
}
