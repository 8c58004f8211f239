import { BeaconSchema } from '../messages.ts'
import { drivers, type RideParts } from './parts.ts'

/** `beacon_update`: a driver wants to drive, or does not any more; passengers are told. */
export function handleBeacon ({ hub, store, notices, log }: RideParts): void {
  hub.handle('beacon_update', { schema: BeaconSchema, ...drivers }, async ({ user }, { is_active: isActive }) => {
    await store.saveBeacon(user.id, isActive)
    log.info({ user_id: user.id, is_active: isActive }, 'Beacon status updated')
    await notices.driverAvailability(user.id, isActive)
  })
}
