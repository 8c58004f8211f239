import { HubError } from 'wshub'
import type { Place } from '../messages.ts'
import type { Ride, RideState, RideStore } from './store.ts'

/** A place, and nothing that a client may have put beside it. Throws `VALIDATION_FAILED` for one that is nowhere on Earth. */
export function readPlace ({ latitude, longitude }: Place): Place {
  if (Math.abs(latitude) > 90) throw new HubError('VALIDATION_FAILED', 'latitude is out of range')
  if (Math.abs(longitude) > 180) throw new HubError('VALIDATION_FAILED', 'longitude is out of range')
  return { latitude, longitude }
}

/** An id that has to be there. Throws `VALIDATION_FAILED`. */
export function required (id: string | undefined, name: string): string {
  if (id === undefined || id === '') throw new HubError('VALIDATION_FAILED', `${name} is required`)
  return id
}

/** Who wants to move a ride on, and how. */
export interface Step {
  readonly rideId: string | undefined
  readonly userId: string
  readonly by: 'driverId' | 'passengerId'
  readonly from: RideState
  readonly to: RideState
}

/** Moves somebody's ride on. Throws `VALIDATION_FAILED` where it is not theirs, or is not so far, or further. */
export async function takeStep (store: RideStore, { rideId, userId, by, from, to }: Step): Promise<Ride> {
  const id = required(rideId, 'ride_id')
  const ride = await store.findRide(id)
  if (ride?.match[by] !== userId) throw new HubError('VALIDATION_FAILED', `${id} is no ride of yours`)
  const moved = await store.advance(id, from, to)
  if (moved === undefined) throw new HubError('VALIDATION_FAILED', `${id} cannot be ${to} now`)
  return moved
}
