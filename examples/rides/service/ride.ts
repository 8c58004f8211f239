import { RideSchema } from '../messages.ts'
import { takeStep } from './checks.ts'
import { drivers, type RideParts } from './parts.ts'

/** `ride_start` and `ride_arrived`: the driver sets off with the passenger, and gets there; both are told. */
export function handleRide ({ hub, store, notices, log }: RideParts): void {
  hub.handle('ride_start', { schema: RideSchema, ...drivers }, async ({ user }, { ride_id: rideId }) => {
    const ride = await takeStep(store, { rideId, userId: user.id, by: 'driverId', from: 'pickup', to: 'started' })
    log.info({ user_id: user.id, ride_id: ride.id }, 'Ride started')
    await notices.rideStarted(ride)
  })
  hub.handle('ride_arrived', { schema: RideSchema, ...drivers }, async ({ user }, { ride_id: rideId }) => {
    const ride = await takeStep(store, { rideId, userId: user.id, by: 'driverId', from: 'started', to: 'completed' })
    log.info({ user_id: user.id, ride_id: ride.id }, 'Ride completed')
    await notices.rideCompleted(ride)
  })
}
