import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { Notices } from '../../examples/rides/service/notices.ts'
import { tokenFor } from '../helper.ts'
import { recordLogs } from '../support/log-recorder.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { RideHubRecorder } from '../support/ride-hub-recorder.ts'
import { DRIVER, PASSENGER } from '../support/ride-store.ts'
import { PLACE, startRides } from '../support/ride-world.ts'

const match = { id: 'match-7', driverId: DRIVER, passengerId: PASSENGER, pickup: PLACE }
const ride = { id: 'ride-7', match, state: 'pickup' } as const

t.test('one user is told something, by id, event and data, and nobody else is (S1-51)', async (t) => {
  const { service: { app: { hub } }, driver, passenger } = await startRides(t)
  const [dee, ada] = [await driver(), await passenger()]
  t.match(await hub.toUser(PASSENGER, { type: 'fare', payload: { amount: 3 } }), { recipients: 1 })
  t.strictSame(await ada.drain(), [{ type: 'fare', data: { amount: 3 } }])
  t.same(await dee.drain(), [])
})

t.test('who is not connected is in the log, and nothing waits for them (S1-52)', async (t) => {
  const { notices, logged, driver, passenger } = await startRides(t)
  const dee = await driver()
  await notices.ridePickup(ride)
  t.match(logged('Client not connected for notification'), { level: 20, user_id: PASSENGER, event: 'ride_pickup' })
  t.match(await dee.drain(), [{ type: 'ride_pickup' }])
  t.same(await (await passenger()).drain(), [])
})

t.test('a notification to somebody who does not read ends that connection, and the log says so (S1-53)', async (t) => {
  const { service: { app: { hub }, address }, logged } = await startRides(t, { env: { WS_TOKEN_SOURCES: 'query', WS_SEND_BUFFER: '8' } })
  const peer = await connectRaw(t, address, { token: await tokenFor({ user_id: DRIVER }) })
  peer.socket.pause()
  while ((await hub.toUser(DRIVER, { type: 'news', payload: 'x'.repeat(60_000) })).recipients > 0) await endOfTurn()
  t.equal(await hub.isOnline(DRIVER), false)
  t.match(logged('dropping message for slow client'), { level: 40 })
  t.match(logged('WebSocket client disconnected'), { user_id: DRIVER, code: 1013 })
})

t.test('a notification that cannot be sent is in the log with user and event, and the other party is told all the same (S1-53)', async (t) => {
  class TornHub extends RideHubRecorder {
    override async toUser (...[user, event]: Parameters<RideHubRecorder['toUser']>) {
      if (user === DRIVER) throw new Error('no way there')
      return await super.toUser(user, event)
    }
  }
  const hub = new TornHub()
  const { logger, lines } = recordLogs()
  await new Notices(hub, logger).ridePickup(ride)
  t.match(lines.at(-1), { level: 'error', text: 'Failed to send notification', fields: { user_id: DRIVER, event: 'ride_pickup', err: { message: 'no way there' } } })
  t.match(hub.notified, [{ user: PASSENGER, type: 'ride_pickup' }])
})

t.test('a message to a connection that is not there is no fault, one that cannot be written as JSON is the caller\'s (S1-54)', async (t) => {
  const { service: { app: { hub } }, driver } = await startRides(t)
  const dee = await driver()
  t.match(await hub.toConnection('gone', { type: 'note' }), { recipients: 0 })
  await t.rejects(hub.toUser(DRIVER, { type: 'note', payload: 1n }), /serialize/)
  t.match(await hub.toUser(DRIVER, { type: 'note', payload: 1 }), { recipients: 1 })
  t.same(await dee.drain(), [{ type: 'note', data: 1 }])
})

t.test('match proposal and pickup reach driver and passenger, and the log names the ids (S1-26, S1-33, S1-57, S1-58, S1-59)', async (t) => {
  const { notices, driver, passenger, logged } = await startRides(t)
  const clients = [await driver(), await passenger()]
  await notices.matchProposed(match, 500)
  await notices.ridePickup(ride)
  const parties = { driver_id: DRIVER, passenger_id: PASSENGER }
  for (const client of clients) {
    t.match(await client.drain(), [
      { type: 'match_proposal', data: { match_id: 'match-7', ...parties } },
      { type: 'ride_pickup', data: { ride_id: 'ride-7', match_id: 'match-7', ...parties } }
    ])
  }
  t.match(logged('Processing match proposal notification'), { level: 30, match_id: 'match-7', ...parties })
  t.match(logged('Processing ride pickup notification'), { level: 30, ride_id: 'ride-7', ...parties })
})
