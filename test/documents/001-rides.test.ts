import t from 'tap'
import { addRides } from '../../examples/rides/service/add-rides.ts'
import { until } from '../helper.ts'
import { recordLogs } from '../support/log-recorder.ts'
import { RideHubRecorder } from '../support/ride-hub-recorder.ts'
import { DRIVER, FakeRideStore, OTHER_DRIVER, PASSENGER } from '../support/ride-store.ts'
import { PLACE, startReady, startRides, startRiding } from '../support/ride-world.ts'

const parties = { driver_id: DRIVER, passenger_id: PASSENGER }
const onRide = { ride_id: 'ride-1', ...parties }

t.test('a location is stored and logged without an answer, and the passenger of the ride sees it at once (S1-01, S1-23, S1-43, S1-45)', async (t) => {
  const { store, dee, ada, logged } = await startRiding(t)
  store.saved.length = 0
  dee.send('location_update', { ...PLACE, ride_id: 'another', speed: 3 })
  t.same(await dee.drain(), [])
  t.same(store.saved, [[DRIVER, PLACE.latitude, PLACE.longitude]])
  t.match(logged('Location updated successfully'), { driver_id: DRIVER, latitude: PLACE.latitude, longitude: PLACE.longitude })
  t.strictSame(await ada.drain(), [{ type: 'driver_location', data: { ...onRide, ...PLACE } }])
})

t.test('a location of the wrong form is INVALID_FORMAT, one that cannot be VALIDATION_FAILED; nothing is stored, and only who sent it is told (S1-44, S1-88)', async (t) => {
  const { store, dee, ada } = await startRiding(t)
  store.saved.length = 0
  const malformed = [undefined, {}, [], { ...PLACE, latitude: 'north' }, { latitude: 1 }, { ...PLACE, timestamp: 'now' }, { ...PLACE, timestamp: 7 }]
  for (const data of malformed) {
    dee.send('location_update', data)
    t.match(await dee.error(), { code: 'INVALID_FORMAT', message: /^\/data/ }, JSON.stringify(data))
  }
  for (const [name, value] of [['latitude', 91], ['latitude', -90.1], ['longitude', 180.1], ['longitude', -181]] as const) {
    dee.send('location_update', { ...PLACE, [name]: value })
    t.strictSame(await dee.error(), { code: 'VALIDATION_FAILED', message: `${name} is out of range` })
  }
  t.same(store.saved, [])
  t.same(await ada.drain(), [])
})

t.test('a location that cannot be stored is the server\'s fault, and in full in the log (S1-45)', async (t) => {
  const { store, dee, logged } = await startReady(t)
  store.isAway = true
  dee.send('location_update', PLACE)
  t.strictSame(await dee.error(), { code: 'INTERNAL_ERROR', message: 'Internal server error' })
  t.match(logged('Failed to update location'), { level: 50, driver_id: DRIVER, err: { message: 'the database is away' } })
})

t.test('a beacon is stored and logged, and passengers see it; a failure is the server\'s (S1-24, S1-46)', async (t) => {
  const { store, driver, passenger, logged } = await startRides(t)
  const [dee, ada] = [await driver(), await passenger()]
  dee.send('beacon_update', { is_active: true })
  t.strictSame(await ada.next(), { type: 'driver_availability', data: { driver_id: DRIVER, is_active: true } })
  t.same(store.saved, [[DRIVER, true]])
  t.match(logged('Beacon status updated'), { user_id: DRIVER, is_active: true })
  dee.send('beacon_update', { is_active: 'yes' })
  t.match(await dee.error(), { code: 'INVALID_FORMAT', message: /^\/data\/is_active/ })
  store.isAway = true
  dee.send('beacon_update', { is_active: false })
  t.strictSame(await dee.error(), { code: 'INTERNAL_ERROR', message: 'Internal server error' })
})

t.test('who looks for a driver has one asked, the nearest first; each says yes or no by the match\'s id (S1-25, S1-27, S1-47, S1-49, S1-50, S1-57)', async (t) => {
  const { driver, dee, ada, logged } = await startReady(t)
  const eli = await driver(OTHER_DRIVER)
  eli.send('beacon_update', { is_active: true })
  eli.send('location_update', { latitude: PLACE.latitude + 1, longitude: PLACE.longitude })
  await eli.drain()
  await ada.next('driver_availability')
  ada.send('finder_update', { is_active: true, pickup: PLACE })
  const proposal = { type: 'match_proposal', data: { match_id: 'match-1', ...parties, pickup: { latitude: PLACE.latitude, longitude: PLACE.longitude } } }
  for (const client of [dee, ada]) t.match(await client.next(), proposal)
  dee.send('match_confirm', { match_id: 'match-1', accepted: false })
  const next = { type: 'match_proposal', data: { match_id: 'match-2', driver_id: OTHER_DRIVER, passenger_id: PASSENGER } }
  for (const client of [eli, ada]) t.match(await client.next(), next)
  t.match(logged('Match confirmation processed'), { user_id: DRIVER, match_id: 'match-1', accepted: false })
  eli.send('match_confirm', { match_id: 'match-2', accepted: true })
  for (const client of [eli, ada]) t.match(await client.next(), { type: 'ride_pickup', data: { match_id: 'match-2', driver_id: OTHER_DRIVER } })
  t.same(await dee.drain(), [])
})

t.test('a confirmation without its match is refused, so is one of somebody else\'s (S1-48)', async (t) => {
  const { driver, dee, ada } = await startReady(t)
  for (const data of [undefined, {}, { accepted: true }, { match_id: '', accepted: true }]) {
    dee.send('match_confirm', data)
    t.strictSame(await dee.error(), { code: 'VALIDATION_FAILED', message: 'match_id is required' })
  }
  dee.send('match_confirm', { match_id: 7 })
  t.match(await dee.error(), { code: 'INVALID_FORMAT', message: /^\/data\/match_id/ })
  ada.send('finder_update', { is_active: true, pickup: PLACE })
  await ada.next('match_proposal')
  const eli = await driver(OTHER_DRIVER)
  eli.send('match_confirm', { match_id: 'match-1', accepted: true })
  t.strictSame(await eli.error(), { code: 'VALIDATION_FAILED', message: 'match-1 is not open' })
})

t.test('a ride is started, arrives and is paid, each once and in this order, by who it is of; both are told (S1-28..S1-31, S1-50)', async (t) => {
  const { dee, ada } = await startRiding(t)
  const steps = [[dee, 'ride_start', 'ride_started'], [dee, 'ride_arrived', 'ride_completed'], [ada, 'payment_process', 'payment_processed']] as const
  ada.send('payment_process', { ride_id: 'ride-1', amount: 1 })
  t.strictSame(await ada.error(), { code: 'VALIDATION_FAILED', message: 'ride-1 cannot be paid now' })
  for (const [actor, request, notice] of steps) {
    actor.send(request, { amount: 20_000 })
    t.strictSame(await actor.error(), { code: 'VALIDATION_FAILED', message: 'ride_id is required' })
    actor.send(request, { ride_id: 'ride-2', amount: 20_000 })
    t.strictSame(await actor.error(), { code: 'VALIDATION_FAILED', message: 'ride-2 is no ride of yours' })
    actor.send(request, { ride_id: 'ride-1', amount: 20_000 })
    for (const client of [dee, ada]) t.match(await client.next(), { type: notice, data: onRide })
    actor.send(request, { ride_id: 'ride-1', amount: 20_000 })
    t.match(await actor.error(), { code: 'VALIDATION_FAILED', message: /^ride-1 cannot be/ })
  }
})

t.test('types of the other role are forbidden', async (t) => {
  const { dee, ada } = await startReady(t)
  for (const [client, types] of [[ada, ['location_update', 'beacon_update', 'ride_start', 'ride_arrived']], [dee, ['finder_update', 'payment_process']]] as const) {
    for (const type of types) {
      client.send(type, { ...PLACE, is_active: true, amount: 1 })
      t.match(await client.error(), { code: 'FORBIDDEN' }, type)
    }
  }
})

t.test('a driver who keeps silent is passed over, and the passenger learns that there is none', async (t) => {
  const { dee, ada, logged } = await startReady(t, { answerWithinMs: 20 })
  ada.send('finder_update', { is_active: true, pickup: PLACE })
  await dee.next('match_proposal')
  t.match(await ada.next('no_driver'), { data: { pickup: { latitude: PLACE.latitude } } })
  t.match(logged('Match proposal settled'), { match_id: 'match-1', outcome: 'not answered' })
})

t.test('one ride from beacon to payment: all that each side is told, in order (S1-01, S1-84, S1-86)', async (t) => {
  const { dee, ada } = await startRiding(t)
  dee.send('location_update', PLACE)
  dee.send('ride_start', { ride_id: 'ride-1' })
  dee.send('ride_arrived', { ride_id: 'ride-1' })
  t.same((await dee.drain()).map(({ type }) => type), ['ride_started', 'ride_completed'])
  ada.send('payment_process', { ride_id: 'ride-1', amount: 20_000 })
  t.same((await ada.drain()).map(({ type }) => type), ['driver_location', 'ride_started', 'ride_completed', 'payment_processed'])
  t.strictSame(await dee.drain(), [{ type: 'payment_processed', data: { ...onRide, amount: 20_000 } }])
})

t.test('a stand-in for the hub records messages, notifications and errors, so that handlers are tested alone (S1-82, S1-83)', async (t) => {
  const hub = new RideHubRecorder()
  const store = new FakeRideStore()
  addRides({ hub, store, log: recordLogs().logger })
  await hub.receive(DRIVER, 'location_update', PLACE)
  t.same(store.saved, [[DRIVER, PLACE.latitude, PLACE.longitude]])
  t.same(hub.errors, [])
  await hub.receive(DRIVER, 'match_confirm', { accepted: true })
  await hub.receive(DRIVER, 'beacon_update', { is_active: true })
  await hub.receive(PASSENGER, 'finder_update', { is_active: true, pickup: PLACE })
  await until(() => hub.notified.length === 3)
  t.same(hub.messages, ['location_update', 'match_confirm', 'beacon_update', 'finder_update'])
  t.match(hub.notified, [{ role: 'passenger', type: 'driver_availability' }, { user: DRIVER, type: 'match_proposal' }, { user: PASSENGER, type: 'match_proposal' }])
  t.match(hub.errors, [{ code: 'VALIDATION_FAILED', message: 'match_id is required' }])
})
