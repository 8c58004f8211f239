import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { connect, refusedHandshake } from '../client.ts'
import { connectAs, getJson, memberOf, postJson, SECRET, startService, tokenFor } from '../helper.ts'
import { CliProcess, cliPath } from '../support/cli-process.ts'
import { projectRoot } from '../support/project-root.ts'
import { startApplication } from '../support/start-application.ts'

t.test('either side may speak first, at any time (S2-01)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  await service.app.hub.toUser('ada', { type: 'note', payload: 'from the server' })
  t.match(await ada.next(), { type: 'note', payload: 'from the server' })
  t.match(await ada.request({ type: 'ping' }), { type: 'pong' })
})

t.test('a client may send to everybody or to a room (S2-03)', async (t) => {
  const service = await startService(t, { WS_CLIENT_BROADCAST: 'all' })
  const [ada, bob] = [await memberOf(t, service, 'ada', 'chat'), await memberOf(t, service, 'bob', 'chat')]
  const olaf = await connectAs(t, service, 'olaf')
  await ada.request({ type: 'publish', room: 'chat', data: 'to the room' })
  await ada.request({ type: 'broadcast', data: 'to all' })
  t.same((await bob.drain()).map(({ payload }) => payload), ['to the room', 'to all'])
  t.same((await olaf.drain()).map(({ payload }) => payload), ['to all'])
})

t.test('the hub has all connections, the rooms have their members and subscribers (S2-04)', async (t) => {
  const service = await startService(t)
  await memberOf(t, service, 'ada', 'chat')
  const bob = await connectAs(t, service, 'bob')
  await bob.request({ type: 'subscribe', room: 'chat' })
  await connectAs(t, service, 'olaf')
  t.equal(service.app.hub.size, 3)
  t.same(await service.app.rooms.list(), [{ room: 'chat', users: 1, connections: 2 }])
})

t.test('limits for the whole node and for a room hold side by side (S2-05)', async (t) => {
  const service = await startService(t, { WEBSOCKET_LIMITS_MAX_CONNECTIONS: '2', WEBSOCKET_LIMITS_MAX_CONNECTIONS_PER_ROOM: '1' })
  await memberOf(t, service, 'ada', 'chat')
  const bob = await connectAs(t, service, 'bob')
  t.match((await bob.request({ type: 'subscribe', room: 'chat' })).payload, { code: 'ROOM_FULL' })
  t.match(await refusedHandshake(t, service.address, { token: await tokenFor({ sub: 'carl' }) }), { status: 503 })
})

t.test('health is answered without a token and counts clients and rooms (S2-06)', async (t) => {
  const service = await startService(t)
  t.match(await getJson(service, '/health'), { status: 200, body: { status: 'healthy', clients: 0, rooms: 0 } })
  await memberOf(t, service, 'ada', 'chat')
  t.match(await getJson(service, '/health'), { status: 200, body: { status: 'healthy', clients: 1, rooms: 1 } })
})

t.test('a handler reaches what the application has put beside the hub (S2-07)', async (t) => {
  const orders = new Map([['o1', { total: 42 }]])
  const { app, address } = await startApplication(t, (app) => { app.decorate('orders', orders) })
  app.hub.handle('get_order', { schema: Type.Object({ id: Type.String() }) }, (context, { id }) => (
    context.app.getDecorator<typeof orders>('orders').get(id)
  ))
  const ada = await connectAs(t, { address }, 'ada')
  t.same((await ada.request({ type: 'get_order', data: { id: 'o1' } })).payload, { result: { total: 42 } })
})

t.test('one command with the settings of document 002 starts a server with /ws and /health on one port (S2-08, S2-09)', async (t) => {
  const env = { HOST: '127.0.0.1', JWT_SECRET: SECRET, WEBSOCKET_ENABLED: 'true', WEBSOCKET_PORT: '0' }
  const child = spawn(process.execPath, [cliPath, 'start'], { env })
  t.teardown(() => child.kill('SIGKILL'))
  const address = await new CliProcess(child).seen(/^listening on (http:\S+)$/m)
  t.notMatch(address, /:8080$/)
  t.match(await getJson({ address }, '/health'), { status: 200 })
  t.ok(await connectAs(t, { address }, 'ada', { path: '/ws' }))
})

t.test('any part of an application may notify everybody (S2-51)', async (t) => {
  const service = await startService(t)
  const clients = [await connectAs(t, service, 'ada'), await connectAs(t, service, 'bob')]
  const payload = { event: 'order_created', data: { id: 7 } }
  t.match(await service.app.hub.broadcast({ type: 'notification', payload }), { recipients: 2 })
  for (const client of clients) t.same((await client.next('notification')).payload, payload)
})

t.test('an application works without the hub, and notifies as soon as there is one (S2-56)', async (t) => {
  const addOrders = (app: FastifyInstance): void => {
    app.post('/orders', async () => ({ told: app.hasDecorator('hub') ? (await app.hub.broadcast({ type: 'order_created' })).recipients : 0 }))
  }
  const bare = Fastify()
  addOrders(bare)
  t.match((await bare.inject({ method: 'POST', url: '/orders' })).json(), { told: 0 })
  const { address } = await startApplication(t, addOrders)
  const ada = await connectAs(t, { address }, 'ada')
  t.match(await postJson({ address }, '/orders', {}), { status: 200, body: { told: 1 } })
  t.ok(await ada.next('order_created'))
})

t.test('one file of tests can be run alone (S2-57)', async (t) => {
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'test', 'clock.test.js')], { env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
  let report = ''
  child.stdout.on('data', (chunk) => { report += String(chunk) })
  t.same(await once(child, 'close'), [0, null])
  t.match(report, /^# Subtest: a timestamp is RFC 3339/m)
})

t.test('the heartbeat can be set for networks that lose connections (S2-64)', async (t) => {
  const service = await startService(t, { WEBSOCKET_PING_INTERVAL: '30s', WEBSOCKET_PONG_WAIT: '35s', WEBSOCKET_WRITE_WAIT: '10s' })
  const client = connect(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  t.equal((await client.next('connected')).payload['ping_interval_ms'], 30_000)
})

t.test('health tells a load balancer to send nobody any more while the node drains (S2-67)', async (t) => {
  const service = await startService(t)
  await service.app.drain.run()
  t.match(await getJson(service, '/health'), { status: 503, body: { status: 'unhealthy', reason: 'draining' } })
})

t.test('origin and token are checked before the upgrade (S2-73, S2-76)', async (t) => {
  const service = await startService(t, { WS_ALLOWED_ORIGINS: 'https://app.example' })
  const token = await tokenFor({ sub: 'ada' })
  t.match(await refusedHandshake(t, service.address, { token, origin: 'https://evil.example' }), { status: 403, body: { error: 'origin not allowed' } })
  t.match(await refusedHandshake(t, service.address), { status: 401, body: { error: 'authentication required' } })
  t.equal(service.app.websocketServer.clients.size, 0)
})
