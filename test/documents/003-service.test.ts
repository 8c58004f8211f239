import { Type } from '@sinclair/typebox'
import t from 'tap'
import { connect, refusedHandshake } from '../client.ts'
import { connectAs, getJson, memberOf, postJson, SECRET, startService, tokenFor, until } from '../helper.ts'
import { TIMESTAMP } from '../support/cast.ts'
import { startCli } from '../support/cli-process.ts'
import { cli } from '../support/cli-world.ts'
import { exchange, handshake } from '../support/http-peer.ts'

const admin = { sub: 'root', role: 'admin' }

t.test('one message of a client reaches hundreds over the hub, each of them once (S3-01)', async (t) => {
  const service = await startService(t)
  const clients = await Promise.all(Array.from({ length: 200 }, (_, number) => connectAs(t, service, `user-${number}`)))
  const sender = await connectAs(t, service, admin)
  await sender.request({ type: 'broadcast', payload: 'hello' })
  for (const client of clients) t.match(await client.next(), { type: 'message', payload: 'hello' })
  t.same((await Promise.all(clients.map(async (client) => await client.drain()))).flat(), [])
})

t.test('a connection is greeted with its id, user and role, found under them, and gone after its close (S3-02)', async (t) => {
  const service = await startService(t)
  const client = connect(t, service.address, { token: await tokenFor({ sub: '123', role: 'editor' }) })
  const { payload } = await client.next()
  t.match(payload, { client_id: /^[0-9a-f-]{36}$/, user_id: '123', role: 'editor' })
  t.match(await service.app.hub.toConnection(String(payload['client_id']), { type: 'note' }), { recipients: 1 })
  await client.close()
  await until(async () => (await service.app.hub.stats()).total_clients === 0)
  t.match(await service.app.hub.toConnection(String(payload['client_id']), { type: 'note' }), { recipients: 0 })
})

t.test('a start that is not fit for production is refused, with all that is missing (S3-03)', async (t) => {
  const { code, stderr } = await cli(['start'], { NODE_ENV: 'production', WS_PONG_WAIT: '1s' })
  t.equal(code, 2)
  t.match(stderr, /JWT_SECRET.*\n.*WS_PONG_WAIT|WS_PONG_WAIT.*\n.*JWT_SECRET/)
})

t.test('user id and role come from the token, whatever else the address says (S3-08)', async (t) => {
  const service = await startService(t)
  t.match(await exchange(t, service.address, handshake({ path: '/ws?user_id=1&role=admin' })), { status: 401 })
  const client = connect(t, service.address, { path: '/ws?user_id=1&role=admin', token: await tokenFor({ sub: '123', role: 'user' }) })
  t.match((await client.next('connected')).payload, { user_id: '123', role: 'user' })
})

t.test('no path to the socket opens without a token (S3-64)', async (t) => {
  const service = await startService(t, { WS_PATHS: '/ws,/api/v1/ws,/live' })
  for (const path of ['/ws', '/api/v1/ws', '/live']) t.match(await refusedHandshake(t, service.address, { path }), { status: 401 }, path)
})

t.test('statistics and broadcasts are for administrators (S3-65)', async (t) => {
  const service = await startService(t)
  for (const [claims, status] of [[{ sub: 'ada' }, 403], [admin, 200], [{ sub: 'root', role: 'superadmin' }, 200]] as const) {
    const authorization = `Bearer ${await tokenFor(claims)}`
    t.equal((await getJson(service, '/ws/stats', { headers: { authorization } })).status, status)
    t.equal((await postJson(service, '/ws/broadcast', { message: 'hello' }, claims)).status, status)
  }
})

t.test('a handler is told by the connection who asks, whatever the message says (S3-66)', async (t) => {
  const service = await startService(t)
  service.app.hub.handle('delete_account', { schema: Type.Object({ user_id: Type.String() }) }, ({ user }, payload) => (
    user.id === payload.user_id ? 'deleted' : 'not yours'
  ))
  const ada = await connectAs(t, service, 'ada')
  t.same((await ada.request({ type: 'delete_account', payload: { user_id: 'bob' }, sender: { id: 'bob', name: 'Bob' } })).payload, { result: 'not yours' })
  t.same((await ada.request({ type: 'delete_account', payload: { user_id: 'ada' } })).payload, { result: 'deleted' })
})

t.test('an address that makes too many connection attempts has to wait, with or without a good token (S3-68)', async (t) => {
  const service = await startService(t, { WS_HANDSHAKE_RATE: '2' })
  for (let attempt = 0; attempt < 2; attempt += 1) t.match(await refusedHandshake(t, service.address), { status: 401 })
  const refused = await refusedHandshake(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  t.match(refused, { status: 429, body: { code: 'RATE_LIMIT' } })
  t.ok(Number(refused.headers['retry-after']) > 0)
})

t.test('in production only pages of the own host or of the list may connect (S3-69)', async (t) => {
  const own = await startService(t, { NODE_ENV: 'production', JWT_SECRET: SECRET })
  const token = await tokenFor({ sub: 'ada' })
  t.match(await refusedHandshake(t, own.address, { token, origin: 'https://app.example' }), { status: 403 })
  t.ok(await connectAs(t, own, 'ada', { origin: own.address }))
  const listed = await startService(t, { NODE_ENV: 'production', JWT_SECRET: SECRET, WS_ALLOWED_ORIGINS: 'https://app.example' })
  t.ok(await connectAs(t, listed, 'ada', { origin: 'https://app.example' }))
})

t.test('presence tells who is online, until the last connection has gone (S3-77)', async (t) => {
  const { app, address } = await startService(t)
  const tabs = [await connectAs(t, { address }, 'ada'), await connectAs(t, { address }, 'ada')]
  t.same(await app.hub.onlineUsers(), ['ada'])
  await tabs[0]?.close()
  await until(() => app.hub.size === 1)
  t.equal(await app.hub.isOnline('ada'), true)
  await tabs[1]?.close()
  await until(() => app.hub.size === 0)
  t.equal(await app.hub.isOnline('ada'), false)
})

t.test('who is in no room is reached all the same, and rooms are there for who wants them (S3-80, X40)', async (t) => {
  const service = await startService(t)
  const [ada, bob] = [await connectAs(t, service, 'ada'), await memberOf(t, service, 'bob', 'news')]
  await service.app.hub.toUser('ada', { type: 'note', payload: 'user' })
  await service.app.hub.toRole('user', { type: 'note', payload: 'role' })
  await service.app.hub.toRoom('news', { type: 'note', payload: 'room' })
  t.same((await ada.drain()).map(({ payload }) => payload), ['user', 'role'])
  t.same((await bob.drain()).map(({ payload }) => payload), ['role', 'room'])
})

t.test('the log is one JSON object a line on standard output, beside the plain line with the address (S3-75, X45)', async (t) => {
  const { service, address } = await startCli(t, { NODE_ENV: 'production', JWT_SECRET: SECRET })
  await connectAs(t, { address }, 'ada')
  await service.seen(/client connected/)
  service.kill('SIGTERM')
  await service.ended
  const lines = service.stdout.trimEnd().split('\n')
  const logged = lines.filter((line) => line.startsWith('{'))
  t.same(lines.filter((line) => !logged.includes(line)), [`listening on ${address}`])
  t.ok(logged.length > 2)
  for (const line of logged) t.match(JSON.parse(line), { level: Number, time: TIMESTAMP, msg: String })
})
