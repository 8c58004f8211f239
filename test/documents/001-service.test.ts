import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { connect, refusedHandshake, type TestClient } from '../client.ts'
import { connectAs, postJson, SECRET, startService, tokenFor, until } from '../helper.ts'
import { startCli } from '../support/cli-process.ts'
import { connectHttp, handshake } from '../support/http-peer.ts'
import { recordLogs } from '../support/log-recorder.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { RideService, type RideHub } from '../support/ride-service.ts'
import { DRIVER, FakeRideStore } from '../support/ride-store.ts'
import { enter, startHub } from '../support/test-hub.ts'

t.test('without a good token nobody comes in, and every kind of mistake has its code on a connection that stays (S1-02)', async (t) => {
  const service = await startService(t)
  t.match(await refusedHandshake(t, service.address, { token: 'eyJ.eyJ.no' }), { status: 401, body: { code: 'UNAUTHORIZED' } })
  const ada = await connectAs(t, service, 'ada')
  const mistakes = [{ type: 7 }, { type: 'dance' }, { type: 'join_room' }, { type: 'join_room', room: ' ' },
    { type: 'send_message', room: 'hall', payload: { content: 'x' } }, { type: 'broadcast' }]
  for (const mistake of mistakes) ada.send(mistake)
  const codes = (await ada.drain()).map(({ payload }) => payload['code'])
  t.same(codes, ['INVALID_FORMAT', 'UNKNOWN_TYPE', 'MISSING_ROOM', 'INVALID_ROOM', 'NOT_IN_ROOM', 'FORBIDDEN'])
})

t.test('the domain sits on two calls of the hub: tokens, roles, routing and ends of connections are settled below it (S1-03)', async (t) => {
  const service = await startService(t)
  const { hub } = service.app
  const narrow: RideHub = {
    handle: (type, options, handler) => { hub.handle(type, options, handler) },
    to: async (target, event) => await hub.to(target, event)
  }
  const store = new FakeRideStore()
  t.ok(new RideService({ hub: narrow, store, logger: recordLogs().logger }))
  const rider = await connectAs(t, service, 'rider')
  t.match((await rider.request({ type: 'beacon_update', data: { is_active: true } })).payload, { code: 'FORBIDDEN' })
  const driver = await connectAs(t, service, { sub: DRIVER, role: 'driver' })
  t.match(await driver.request({ type: 'beacon_update', data: { is_active: true } }), { type: 'ack' })
  t.same(store.saved, [[DRIVER, true]])
  await driver.close()
  await until(async () => !await hub.isOnline(DRIVER))
})

t.test('request with a token, claims, upgrade, pool, message loop, removal: a connection from beginning to end (S1-04)', async (t) => {
  const service = await startService(t)
  const { hub } = service.app
  const client = connect(t, service.address, { token: await tokenFor({ user_id: 'u1', role: 'driver' }) })
  t.match((await client.next('connected')).payload, { user_id: 'u1', role: 'driver' })
  t.match(hub.ofUser('u1'), [{ identity: { userId: 'u1', roles: ['driver'] } }])
  for (let round = 0; round < 3; round += 1) t.match(await client.request({ type: 'ping' }), { type: 'pong' })
  await client.close()
  await until(() => hub.ofUser('u1').length === 0)
  t.equal(hub.size, 0)
})

t.test('a notification that cannot be sent ends the connection of who does not read, and the log says so (S1-53)', async (t) => {
  const { address, hub, lines } = await startHub(t, { slowClient: 'close', outbox: { messages: 8 } })
  const peer = await connectRaw(t, address, { path: '/?user=slow' })
  peer.socket.pause()
  while ((await hub.toUser('slow', { type: 'news', payload: 'x'.repeat(60_000) })).recipients > 0) await endOfTurn()
  t.equal(await hub.isOnline('slow'), false)
  t.match(lines.filter(({ level }) => level === 'warn').map(({ text }) => text), ['dropping message for slow client'])
  t.match(lines.find(({ text }) => text === 'client disconnected'), { fields: { user_id: 'slow', code: 1013 } })
})

t.test('a message to a connection that is not there is no fault, one that cannot be written as JSON is the caller\'s (S1-54)', async (t) => {
  const service = await startService(t)
  const { hub } = service.app
  const ada = await connectAs(t, service, 'ada')
  t.match(await hub.toConnection('gone', { type: 'note' }), { recipients: 0 })
  await t.rejects(hub.toUser('ada', { type: 'note', payload: 1n }), /serialize/)
  t.match(await hub.toUser('ada', { type: 'note', payload: 1 }), { recipients: 1 })
  t.same((await ada.drain()).map(({ payload }) => payload), [1])
})

t.test('an end is logged with its user when the connection is out of the pool (S1-67)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  await connectAs(t, service, 'bob')
  await ada.close()
  await until(() => service.logs.some(({ msg }) => msg === 'client disconnected'))
  t.match(service.logs.filter(({ msg }) => msg === 'client disconnected'), [{ user_id: 'ada', code: 1000, total_clients: 1 }])
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

t.test('messages of both sides share one connection, and a notification weighs less than a poll that finds nothing (S1-84)', async (t) => {
  const service = await startService(t)
  let connections = 0
  service.app.server.on('connection', () => { connections += 1 })
  const peer = await connectRaw(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  await peer.message('connected')
  const before = peer.socket.bytesRead
  for (let round = 0; round < 50; round += 1) {
    peer.send({ type: 'ping' })
    await peer.message('pong')
    await service.app.hub.toUser('ada', { type: 'note', payload: round })
    await peer.message('note')
  }
  t.equal(connections, 1)
  const poll = await connectHttp(t, service.address)
  poll.write(handshake({ path: '/ws/online', headers: { connection: 'keep-alive', upgrade: undefined } }))
  await poll.response()
  t.ok((peer.socket.bytesRead - before) / 100 < poll.socket.bytesRead)
})

t.test('thousands of connections at once are all reached (S1-85)', async (t) => {
  const service = await startCli(t, { JWT_SECRET: SECRET, WS_HANDSHAKE_RATE: '0', LOG_LEVEL: 'warn' })
  const token = await tokenFor({ sub: 'ada' })
  const clients: TestClient[] = []
  while (clients.length < 2_000) {
    const arriving = Array.from({ length: 100 }, () => connect(t, service.address, { token }))
    for (const client of arriving) await client.next('connected')
    clients.push(...arriving)
  }
  t.match((await postJson(service, '/ws/broadcast', { message: 'hello' }, { sub: 'root', role: 'admin' })).body, { recipients: 2_000 })
  const alerts = await Promise.all(clients.map(async (client) => await client.next('system.alert')))
  t.equal(alerts.filter(({ payload }) => payload['message'] === 'hello').length, 2_000)
})

t.test('user ids that are UUIDs stay as they are, from the token to the sender that others see (S1-89)', async (t) => {
  const service = await startService(t)
  const [driver, other] = [await connectAs(t, service, { sub: DRIVER }), await connectAs(t, service, 'other')]
  for (const client of [driver, other]) await client.request({ type: 'join_room', room: 'general' })
  await driver.request({ type: 'send_message', room: 'general', payload: { content: 'here' } })
  t.equal((await other.next('new_message')).sender?.id, DRIVER)
  t.match(await service.app.hub.toUser(DRIVER, { type: 'note' }), { recipients: 1 })
})
