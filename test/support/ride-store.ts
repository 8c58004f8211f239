import type { RideStore } from './ride-service.ts'

/** The driver of all rides and matches in tests. Ids are UUIDs, as in document 001. */
export const DRIVER = 'b3b0c1de-5f0c-4a55-9d5c-0a3f6a7e2d11'
/** The passenger of all rides and matches in tests. */
export const PASSENGER = '0d1f6f6a-2a64-4a0e-8f6b-7c1c9d3c4e22'

/** A store that remembers the calls, or fails like a database that is away. */
export class FakeRideStore implements RideStore {
  readonly saved: unknown[][] = []
  isAway = false

  saveLocation (...location: [string, number, number]): void {
    this.#save(location)
  }

  saveActive (...beacon: [string, boolean]): void {
    this.#save(beacon)
  }

  partiesOf (): readonly string[] {
    return [DRIVER, PASSENGER]
  }

  #save (values: unknown[]): void {
    if (this.isAway) throw new Error('the database is away')
    this.saved.push(values)
  }
}
