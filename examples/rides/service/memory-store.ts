import type { Location, Place } from '../messages.ts'
import type { Match, Ride, RideState, RideStore } from './store.ts'

/** Keeps everything for as long as the process runs. */
export class MemoryStore implements RideStore {
  readonly #locations = new Map<string, Location>()
  readonly #active = new Set<string>()
  readonly #rides = new Map<string, Ride>()
  #matches = 0

  async saveLocation (driverId: string, location: Location): Promise<void> {
    this.#locations.set(driverId, location)
  }

  async saveBeacon (driverId: string, isActive: boolean): Promise<void> {
    if (isActive) this.#active.add(driverId)
    else this.#active.delete(driverId)
  }

  async freeDrivers (near: Place): Promise<readonly string[]> {
    const distance = ({ latitude, longitude }: Place): number => Math.hypot(latitude - near.latitude, longitude - near.longitude)
    return [...this.#locations]
      .filter(([driverId]) => this.#active.has(driverId) && this.#rideOf(driverId) === undefined)
      .sort(([, one], [, other]) => distance(one) - distance(other))
      .map(([driverId]) => driverId)
  }

  async addMatch (match: Omit<Match, 'id'>): Promise<Match> {
    this.#matches += 1
    return { id: `match-${this.#matches}`, ...match }
  }

  async addRide (match: Match): Promise<Ride | undefined> {
    if (this.#rideOf(match.driverId) !== undefined) return undefined
    return this.#put({ id: `ride-${this.#rides.size + 1}`, match, state: 'pickup' })
  }

  async findRide (rideId: string): Promise<Ride | undefined> {
    return this.#rides.get(rideId)
  }

  async rideOf (driverId: string): Promise<Ride | undefined> {
    return this.#rideOf(driverId)
  }

  async advance (rideId: string, from: RideState, to: RideState): Promise<Ride | undefined> {
    const ride = this.#rides.get(rideId)
    return ride?.state === from ? this.#put({ ...ride, state: to }) : undefined
  }

  #put (ride: Ride): Ride {
    this.#rides.set(ride.id, ride)
    return ride
  }

  #rideOf (driverId: string): Ride | undefined {
    return [...this.#rides.values()].find(({ match, state }) => match.driverId === driverId && (state === 'pickup' || state === 'started'))
  }
}
