import t from 'tap'
import { connectAs, startService, type LogLine, type Teardown } from '../helper.ts'
import { HubRecorder } from '../support/hub-recorder.ts'
import { recordLogs } from '../support/log-recorder.ts'
import { RideService } from '../support/ride-service.ts'
import { DRIVER, FakeRideStore, PASSENGER } from '../support/ride-store.ts'

const place = { latitude: -6.2, longitude: 106.8, timestamp: '2026-01-01T00:00:00Z' }

/** The service with the rides on top of it, a driver and a passenger. */
async function startRides (t: Teardown) {
  const service = await startService(t)
  const { hub, log } = service.app
  const store = new FakeRideStore()
  const rides = new RideService({ hub, store, logger: log })
  const driver = await connectAs(t, service, { sub: DRIVER, role: 'driver' })
  const passenger = await connectAs(t, service, { sub: PASSENGER, role: 'passenger' })
  const logged = (text: string): LogLine | undefined => service.logs.find(({ msg }) => msg === text)
  return { store, rides, driver, passenger, logged }
}

t.test('a location is stored, logged and shown to the passenger at once (S1-43, S1-45)', async (t) => {
  const { store, driver, passenger, logged } = await startRides(t)
  t.match(await driver.request({ type: 'location_update', data: place }), { type: 'ack' })
  t.same(store.saved, [[DRIVER, -6.2, 106.8]])
  t.match(logged('Location updated successfully'), { driver_id: DRIVER, latitude: -6.2, longitude: 106.8 })
  t.match(await passenger.next('driver_location'), { payload: { driver_id: DRIVER, latitude: -6.2 } })
})

t.test('a location of the wrong form and one with impossible values are refused, each in its way, and nothing is stored (S1-44)', async (t) => {
  const { store, driver } = await startRides(t)
  driver.send('{"type":"location_update","data":')
  t.match((await driver.next('error')).payload, { code: 'INVALID_FORMAT', severity: 'client' })
  t.match((await driver.request({ type: 'location_update', data: { ...place, latitude: 'north' } })).payload, { code: 'INVALID_PAYLOAD' })
  t.match((await driver.request({ type: 'location_update', data: { ...place, latitude: 91 } })).payload, {
    code: 'VALIDATION_FAILED', message: 'latitude is out of range', severity: 'client'
  })
  t.same(store.saved, [])
})

t.test('a location that cannot be stored is an INTERNAL_ERROR for the driver and in full in the log (S1-45)', async (t) => {
  const { store, driver, logged } = await startRides(t)
  store.isAway = true
  t.match((await driver.request({ type: 'location_update', data: place })).payload, { code: 'INTERNAL_ERROR', message: 'Internal server error' })
  t.match(logged('Failed to update location'), { driver_id: DRIVER, err: { message: 'the database is away' } })
})

t.test('a driver\'s beacon is stored, logged and shown to the passengers; a failure is of the server\'s kind (S1-46)', async (t) => {
  const { store, driver, passenger, logged } = await startRides(t)
  t.match(await driver.request({ type: 'beacon_update', data: { is_active: true } }), { type: 'ack' })
  t.match(await passenger.next('driver_availability'), { payload: { driver_id: DRIVER, is_active: true } })
  t.match(logged('Beacon status updated'), { driver_id: DRIVER, is_active: true })
  store.isAway = true
  t.match((await driver.request({ type: 'beacon_update', data: { is_active: false } })).payload, { code: 'INTERNAL_ERROR', severity: 'server' })
})

t.test('a confirmed match is logged and told to both; without its id it is VALIDATION_FAILED (S1-47, S1-48, S1-49)', async (t) => {
  const { driver, passenger, logged } = await startRides(t)
  t.match((await driver.request({ type: 'match_confirm', data: { accepted: true } })).payload, { code: 'VALIDATION_FAILED', message: 'match_id is required' })
  t.match(await driver.request({ type: 'match_confirm', data: { match_id: 'm1', accepted: true } }), { type: 'ack' })
  for (const client of [driver, passenger]) t.match(await client.next('match_confirmed'), { payload: { match_id: 'm1', accepted: true } })
  t.match(logged('Match confirmation processed'), { user_id: DRIVER, match_id: 'm1', accepted: true })
})

t.test('searching, starting, arriving and paying are handled, and who they concern is told (S1-30, S1-50)', async (t) => {
  const { driver, passenger } = await startRides(t)
  await passenger.request({ type: 'finder_update', data: { is_searching: true } })
  t.match(await driver.next(), { type: 'passenger_searching', payload: { passenger_id: PASSENGER } })
  for (const [type, notice] of [['ride_start', 'ride_started'], ['ride_arrived', 'ride_completed'], ['payment_process', 'payment_processed']]) {
    t.match(await driver.request({ type, data: { ride_id: 'r1', amount: 20 } }), { type: 'ack' })
    for (const client of [driver, passenger]) t.match(await client.next(notice), { payload: { ride_id: 'r1' } })
  }
})

t.test('match proposal and pickup reach driver and passenger, and the log names the ids (S1-26, S1-57, S1-58, S1-59)', async (t) => {
  const { rides, driver, passenger, logged } = await startRides(t)
  await rides.proposeMatch('m1')
  await rides.pickUp('r1')
  for (const client of [driver, passenger]) {
    t.match((await client.drain()).map(({ type, payload }) => [type, payload]), [['match_proposal', { match_id: 'm1' }], ['ride_pickup', { ride_id: 'r1' }]])
  }
  t.match(logged('Processing match proposal notification'), { match_id: 'm1', user_ids: [DRIVER, PASSENGER] })
  t.match(logged('Processing ride pickup notification'), { ride_id: 'r1', user_ids: [DRIVER, PASSENGER] })
})

t.test('one ride from search to payment: all that each side is told, in order (S1-01, S1-86)', async (t) => {
  const { rides, driver, passenger } = await startRides(t)
  await driver.request({ type: 'beacon_update', data: { is_active: true } })
  await passenger.request({ type: 'finder_update', data: { is_searching: true } })
  await rides.proposeMatch('m1')
  await driver.request({ type: 'match_confirm', data: { match_id: 'm1', accepted: true } })
  await driver.request({ type: 'location_update', data: place })
  await driver.request({ type: 'ride_start', data: { ride_id: 'r1' } })
  await driver.request({ type: 'ride_arrived', data: { ride_id: 'r1' } })
  await passenger.request({ type: 'payment_process', data: { ride_id: 'r1', amount: 20 } })
  const both = ['match_proposal', 'match_confirmed', 'driver_location', 'ride_started', 'ride_completed', 'payment_processed']
  t.same((await driver.drain()).map(({ type }) => type), ['passenger_searching', ...both])
  t.same((await passenger.drain()).map(({ type }) => type), ['driver_availability', ...both])
})

t.test('a stand-in for the hub records messages, notifications and errors, so that handlers are tested alone (S1-82, S1-83)', async (t) => {
  const hub = new HubRecorder()
  const store = new FakeRideStore()
  const { logger } = recordLogs()
  t.ok(new RideService({ hub, store, logger }))
  await hub.receive(DRIVER, 'location_update', place)
  t.same(store.saved, [[DRIVER, -6.2, 106.8]])
  t.same(hub.errors, [])
  await hub.receive(DRIVER, 'match_confirm', { accepted: true })
  t.same(hub.messages, ['location_update', 'match_confirm'])
  t.match(hub.notified, [{ target: { users: [DRIVER, PASSENGER] }, type: 'driver_location' }])
  t.match(hub.errors, [{ code: 'VALIDATION_FAILED', message: 'match_id is required' }])
})
