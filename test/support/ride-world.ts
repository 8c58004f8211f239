import { addRides } from '../../examples/rides/service/add-rides.ts'
import type { Notices } from '../../examples/rides/service/notices.ts'
import { connectRides, type RidesClient, type RidesConnection } from '../documents/clients/rides-client.ts'
import { startService, tokenFor, type LogLine, type Teardown, type TestService } from '../helper.ts'
import { DRIVER, FakeRideStore, PASSENGER } from './ride-store.ts'

/** Settings as document 001 lists them, and how its clients are spoken to. */
export const rideSettings = {
  WS_DIALECT: 'notify.v1',
  WS_TOKEN_SOURCES: 'header',
  WS_MAX_CONNECTIONS_PER_USER: '1',
  WS_READ_BUFFER_SIZE: '1024',
  WS_WRITE_BUFFER_SIZE: '1024',
  WS_HANDSHAKE_TIMEOUT: '10s',
  WS_READ_TIMEOUT: '60s',
  WS_WRITE_TIMEOUT: '10s',
  WS_PING_PERIOD: '54s',
  WS_MAX_MESSAGE_SIZE: '512',
  WS_ALLOWED_ORIGINS: 'https://app.nebengjek.com,https://driver.nebengjek.com'
}

/** A place as a driver sends it. */
export const PLACE = { latitude: -6.2088, longitude: 106.8456, timestamp: '2026-01-01T00:00:00Z' }

/** What a test wants different. */
export interface RideWorldOptions {
  readonly env?: Record<string, string>
  /** How long a driver may think, ms; long unless a test wants it short. */
  readonly answerWithinMs?: number
}

/** The real service of the document with the rides of the example on top of it. */
export interface RideWorld {
  readonly service: TestService
  readonly store: FakeRideStore
  readonly notices: Notices
  /** The first line of the log with this text. */
  logged (text: string): LogLine | undefined
  /** Connects a user as the document's client does. */
  enter (userId: string, role: string, options?: Partial<RidesConnection>): Promise<RidesClient>
  driver (userId?: string): Promise<RidesClient>
  passenger (): Promise<RidesClient>
}

/** Starts it; ends with the test. */
export async function startRides (t: Teardown, { env = {}, answerWithinMs = 30_000 }: RideWorldOptions = {}): Promise<RideWorld> {
  const service = await startService(t, { ...rideSettings, ...env })
  const { hub, log } = service.app
  const store = new FakeRideStore()
  const notices = addRides({ hub, store, log, answerWithinMs })
  const enter: RideWorld['enter'] = async (userId, role, options = {}) => (
    await connectRides(t, service.address, { token: await tokenFor({ user_id: userId, role }), ...options })
  )
  return {
    service,
    store,
    notices,
    logged: (text) => service.logs.find(({ msg }) => msg === text),
    enter,
    driver: async (userId = DRIVER) => await enter(userId, 'driver'),
    passenger: async () => await enter(PASSENGER, 'passenger')
  }
}

/** A driver, ready to drive, and a passenger, who knows it. */
export async function startReady (t: Teardown, options: RideWorldOptions = {}): Promise<RideWorld & { readonly dee: RidesClient, readonly ada: RidesClient }> {
  const world = await startRides(t, options)
  const [dee, ada] = [await world.driver(), await world.passenger()]
  dee.send('beacon_update', { is_active: true })
  dee.send('location_update', PLACE)
  await dee.drain()
  await ada.next('driver_availability')
  return { ...world, dee, ada }
}

/** The same on a ride, which both know of. */
export async function startRiding (t: Teardown, options: RideWorldOptions = {}): ReturnType<typeof startReady> {
  const world = await startReady(t, options)
  world.ada.send('finder_update', { is_active: true, pickup: PLACE })
  await world.dee.next('match_proposal')
  world.dee.send('match_confirm', { match_id: 'match-1', accepted: true })
  for (const client of [world.dee, world.ada]) await client.next('ride_pickup')
  await world.ada.drain()
  return world
}
