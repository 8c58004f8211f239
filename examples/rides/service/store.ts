import type { Location, Place } from '../messages.ts'

/** A driver and a passenger who could ride together. */
export interface Match {
  readonly id: string
  readonly driverId: string
  readonly passengerId: string
  readonly pickup: Place
}

/** How far a ride has come, in this order. */
export type RideState = 'pickup' | 'started' | 'completed' | 'paid'

/** What has become of a match. */
export interface Ride {
  readonly id: string
  readonly match: Match
  readonly state: RideState
}

/** What the service knows. Anything that can be asked and changed so will do, a database for example. */
export interface RideStore {
  saveLocation (driverId: string, location: Location): Promise<void>
  /** Whether a driver wants to drive. */
  saveBeacon (driverId: string, isActive: boolean): Promise<void>
  /** Drivers who wait for a passenger: switched on, with a place, on no ride. The nearest is the first. */
  freeDrivers (near: Place): Promise<readonly string[]>
  addMatch (match: Omit<Match, 'id'>): Promise<Match>
  /** Begins a ride; undefined where the driver is on one already. */
  addRide (match: Match): Promise<Ride | undefined>
  findRide (rideId: string): Promise<Ride | undefined>
  /** The ride that a driver is on, from pickup to arrival. */
  rideOf (driverId: string): Promise<Ride | undefined>
  /** Moves a ride on, in one step; undefined where it is not in the state that it should come from. Of two who try, one succeeds. */
  advance (rideId: string, from: RideState, to: RideState): Promise<Ride | undefined>
}
