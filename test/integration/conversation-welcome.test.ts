import t from 'tap'
import { connect } from '../client.ts'
import { connectAs, memberOf, startService, tokenFor } from '../helper.ts'
import { timeless } from '../support/cast.ts'

t.test('the first frame is connected, with all that a client needs to know (S2-32, S3-24)', async (t) => {
  const service = await startService(t, { WS_PING_PERIOD: '30s', WS_PONG_WAIT: '35s', WS_MAX_MESSAGE_SIZE: '4096' })
  const client = connect(t, service.address, { token: await tokenFor({ sub: 7, name: 'Ada', role: 'admin', roles: ['driver'] }) })
  const connected = await client.next()
  const { payload: { client_id: clientId, positions, ...payload }, ...frame } = timeless(connected)
  t.ok(Math.abs(Date.parse(connected.timestamp) - Date.now()) < 60_000, connected.timestamp)
  t.strictSame(frame, { type: 'connected' })
  t.match(clientId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.match(positions, { 'user:7': { epoch: String, seq: 0 } })
  t.strictSame(payload, {
    user_id: '7',
    name: 'Ada',
    role: 'admin',
    message: 'Connected to WebSocket server',
    online_count: 1,
    node_id: service.app.hub.nodeId,
    dialect: 'hub.v1',
    max_message_size: 4096,
    ping_interval_ms: 30_000
  })
})

t.test('a name that the token does not give is the id, a role user (S0-85)', async (t) => {
  const service = await startService(t)
  const client = connect(t, service.address, { token: await tokenFor({ user_id: 'u-1' }) })
  t.match((await client.next()).payload, { user_id: 'u-1', name: 'u-1', role: 'user' })
})

t.test('a guest is called like its connection', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  const { payload } = await connect(t, service.address).next()
  t.match(payload, { role: 'guest', user_id: payload['client_id'], name: payload['client_id'] })
})

t.test('connected goes to the new connection alone, not to the user\'s other tabs', async (t) => {
  const service = await startService(t)
  const first = await connectAs(t, service, 'ada')
  const second = connect(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  t.match(await second.next(), { type: 'connected', payload: { online_count: 2 } })
  t.strictSame(await first.drain(), [])
})

t.test('nothing comes before connected, however much is being sent to everybody', async (t) => {
  const service = await startService(t)
  const token = await tokenFor({ sub: 'ada' })
  const sending = setInterval(() => service.app.hub.broadcast({ type: 'news' }), 1)
  t.teardown(() => clearInterval(sending))
  for (let n = 0; n < 20; n++) {
    const client = connect(t, service.address, { token })
    t.equal((await client.next()).type, 'connected')
    await client.close()
  }
})

t.test('a frame sent at once, before connected was read, is answered after it', async (t) => {
  const service = await startService(t)
  const client = connect(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  client.socket.once('open', () => client.send({ type: 'ping' }))
  t.equal((await client.next()).type, 'connected')
  t.equal((await client.next()).type, 'pong')
})

t.test('each connection has an id of its own, also those of one user (S3-04, S3-57)', async (t) => {
  const service = await startService(t)
  const token = await tokenFor({ sub: 'ada' })
  const ids = new Set<unknown>()
  for (let n = 0; n < 3; n++) ids.add((await connect(t, service.address, { token }).next()).payload['client_id'])
  t.equal(ids.size, 3)
})

t.test('what the application sends carries no sender unless it gives one, and the topic that it came by', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const { hub } = service.app
  await hub.toUser('ada', { type: 'user.updated', payload: { changes: ['name'] } })
  t.strictSame(timeless(await ada.next()), { type: 'user.updated', payload: { changes: ['name'] }, seq: 1, topic: 'user:ada' })
  await hub.toRoom('general', { type: 'room_update', id: 'n1', sender: { id: 'bot', name: 'Bot' } })
  t.strictSame(timeless(await ada.next()), { type: 'room_update', id: 'n1', room: 'general', payload: null, sender: { id: 'bot', name: 'Bot' }, seq: 1 })
})
