import { LocationSchema, type Location } from '../messages.ts'
import { readPlace } from './checks.ts'
import { drivers, type RideParts } from './parts.ts'

/** `location_update`: a driver says where the car is; a passenger who waits for it, or sits in it, is told. */
export function handleLocation (parts: RideParts): void {
  parts.hub.handle('location_update', { schema: LocationSchema, ...drivers }, async ({ user }, { timestamp, ...place }) => {
    const location = { ...readPlace(place), ...(timestamp !== undefined && { timestamp }) }
    await save(parts, user.id, location)
    const ride = await parts.store.rideOf(user.id)
    if (ride !== undefined) await parts.notices.driverLocation(ride, location)
  })
}

async function save ({ store, log }: RideParts, driverId: string, location: Location): Promise<void> {
  const fields = { driver_id: driverId, latitude: location.latitude, longitude: location.longitude }
  try {
    await store.saveLocation(driverId, location)
  } catch (err) {
    log.error({ ...fields, err }, 'Failed to update location')
    throw err
  }
  log.debug(fields, 'Location updated successfully')
}
