import { MemoryStore } from '../../examples/rides/service/memory-store.ts'
import type { Ride, RideState } from '../../examples/rides/service/store.ts'
import type { Location } from '../../examples/rides/messages.ts'

/** A driver. Ids are UUIDs, as in document 001. */
export const DRIVER = 'b3b0c1de-5f0c-4a55-9d5c-0a3f6a7e2d11'
/** A driver who is further away. */
export const OTHER_DRIVER = '9f0d7f3e-31f2-4b0e-8a39-7d1c2b5e6a33'
/** A passenger. */
export const PASSENGER = '0d1f6f6a-2a64-4a0e-8f6b-7c1c9d3c4e22'

/** A store that remembers what was to be saved, and can be as a database that is away. */
export class FakeRideStore extends MemoryStore {
  readonly saved: unknown[][] = []
  isAway = false

  override async saveLocation (driverId: string, location: Location): Promise<void> {
    this.#note(driverId, location.latitude, location.longitude)
    await super.saveLocation(driverId, location)
  }

  override async saveBeacon (driverId: string, isActive: boolean): Promise<void> {
    this.#note(driverId, isActive)
    await super.saveBeacon(driverId, isActive)
  }

  override async advance (rideId: string, from: RideState, to: RideState): Promise<Ride | undefined> {
    this.#note(rideId, to)
    return await super.advance(rideId, from, to)
  }

  #note (...values: unknown[]): void {
    if (this.isAway) throw new Error('the database is away')
    this.saved.push(values)
  }
}
