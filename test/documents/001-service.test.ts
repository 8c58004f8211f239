import { once } from 'node:events'
import t from 'tap'
import { addRides } from '../../examples/rides/service/add-rides.ts'
import type { RideHub } from '../../examples/rides/service/parts.ts'
import { connect } from '../client.ts'
import { connectAs, startService, tokenFor, until } from '../helper.ts'
import { recordLogs } from '../support/log-recorder.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { DRIVER, FakeRideStore } from '../support/ride-store.ts'
import { startRides } from '../support/ride-world.ts'
import { enter, startHub } from '../support/test-hub.ts'
import { refusedRides } from './clients/rides-client.ts'

t.test('without a good token nobody comes in, and every kind of mistake has its code on a connection that stays (S1-02)', async (t) => {
  const { service: { address }, driver } = await startRides(t)
  t.equal(await refusedRides(t, address, { authorization: 'Bearer eyJ.eyJ.no' }), 401)
  const dee = await driver()
  dee.sendText('{')
  dee.send('dance')
  dee.send('location_update', { latitude: 'north' })
  dee.send('location_update', { latitude: 91, longitude: 0 })
  dee.send('finder_update', { is_active: true })
  const codes = (await dee.drain()).map(({ data }) => (data as { code: string }).code)
  t.same(codes, ['INVALID_FORMAT', 'INVALID_FORMAT', 'INVALID_FORMAT', 'VALIDATION_FAILED', 'FORBIDDEN'])
})

t.test('the domain sits on three calls of the hub: tokens, roles, routing and ends of connections are settled below it (S1-03)', async (t) => {
  const service = await startService(t)
  const { hub } = service.app
  const narrow: RideHub = {
    handle: (type, options, handler) => { hub.handle(type, options, handler) },
    toUser: async (id, event) => await hub.toUser(id, event),
    toRole: async (name, event) => await hub.toRole(name, event)
  }
  const store = new FakeRideStore()
  addRides({ hub: narrow, store, log: recordLogs().logger })
  const rider = await connectAs(t, service, 'rider')
  t.match((await rider.request({ type: 'beacon_update', data: { is_active: true } })).payload, { code: 'FORBIDDEN' })
  const driver = await connectAs(t, service, { sub: DRIVER, role: 'driver' })
  t.match(await driver.request({ type: 'beacon_update', data: { is_active: true } }), { type: 'ack' })
  t.same(store.saved, [[DRIVER, true]])
  await driver.close()
  await until(async () => !await hub.isOnline(DRIVER))
})

t.test('a peer that breaks the protocol is in the log as «WebSocket error», one that goes away is not (S1-65)', async (t) => {
  const { address, hub, lines, sessions } = await startHub(t)
  const leaving = await enter(t, { address }, 'leaving')
  await leaving.close(1001)
  const breaking = await connectRaw(t, address, { path: '/?user=breaking' })
  const unmasked = Buffer.from([0x81, 0x01, 0x78])
  breaking.send(unmasked)
  await sessions.whenEmpty()
  t.equal(hub.size, 0)
  t.match(lines.filter(({ text }) => text === 'WebSocket error'), [{ fields: { client_id: String, err: { code: 'WS_ERR_EXPECTED_MASK' } } }])
  t.match(lines.filter(({ text }) => text === 'unexpected close'), [{ fields: { user_id: 'breaking', code: 1006 } }])
})

t.test('an end that nobody expects is a «WebSocket error», one that goes away or breaks off is none (S1-65)', async (t) => {
  const { service: { address, logs, app: { hub } } } = await startRides(t)
  const headers = { authorization: `Bearer ${await tokenFor({ user_id: DRIVER, role: 'driver' })}` }
  const errors = () => logs.filter(({ msg, level }) => msg === 'WebSocket error' && level === 40)
  for (const end of [1000, 1001, undefined, 4999]) {
    const { socket } = connect(t, address, { headers })
    await once(socket, 'open')
    if (end === undefined) socket.terminate()
    else socket.close(end, 'why')
    await once(socket, 'close')
    await until(() => hub.size === 0)
  }
  t.match(errors(), [{ client_id: String, user_id: DRIVER, code: 4999, reason: 'why' }])
  t.equal(errors().length, 1)
})

t.test('user ids that are UUIDs stay as they are, from the token to the sender that others see (S1-89)', async (t) => {
  const service = await startService(t)
  const [driver, other] = [await connectAs(t, service, { sub: DRIVER }), await connectAs(t, service, 'other')]
  for (const client of [driver, other]) await client.request({ type: 'join_room', room: 'general' })
  await driver.request({ type: 'send_message', room: 'general', payload: { content: 'here' } })
  t.equal((await other.next('new_message')).sender?.id, DRIVER)
  t.match(await service.app.hub.toUser(DRIVER, { type: 'note' }), { recipients: 1 })
})
