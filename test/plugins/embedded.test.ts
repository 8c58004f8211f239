import { Type } from '@sinclair/typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { hub, loggerOptions } from '../../src/index.ts'
import { connect, refusedHandshake } from '../client.ts'
import { connectAs, getJson, postJson, tokenFor } from '../helper.ts'
import { listen, quick, startEmbedded } from '../support/embed.ts'

const root = { sub: 'root', role: 'admin' }

t.test('One line puts the hub into an application: people connect and talk', async (t) => {
  const service = await startEmbedded(t)
  const ada = await connectAs(t, service, 'ada')
  const bob = await connectAs(t, service, 'bob')
  for (const client of [ada, bob]) await client.request({ type: 'join_room', room: 'general' })
  await ada.request({ type: 'send_message', room: 'general', payload: { content: 'hello' } })
  t.match(await bob.next('new_message'), { payload: { content: 'hello' }, sender: { id: 'ada' } })
  t.match(await postJson(service, '/ws/broadcast', { message: 'all' }, root), { status: 200, body: { recipients: 2 } })
  t.match(await getJson(service, '/ws/online'), { status: 200, body: { online: 2 } })
})

t.test('With a prefix everything of the hub is under it, and nothing elsewhere', async (t) => {
  const service = await startEmbedded(t, { ...quick, prefix: '/realtime', health: true, asyncapi: true })
  t.ok(await connectAs(t, service, 'ada', { path: '/realtime/ws' }))
  t.match(await getJson(service, '/realtime/ws/online'), { status: 200, body: { online: 1 } })
  t.match(await getJson(service, '/realtime/health'), { status: 200, body: { status: 'healthy' } })
  t.match(await getJson(service, '/realtime/docs/asyncapi.json'), { status: 200, body: { channels: {} } })
  t.match(JSON.stringify((await getJson(service, '/realtime/docs/asyncapi.json')).body), '"/realtime/ws"')
  for (const path of ['/ws/online', '/health', '/docs/asyncapi.json']) t.equal((await getJson(service, path)).status, 404, path)
  t.match(await refusedHandshake(t, service.address, { path: '/ws', token: await tokenFor({ sub: 'ada' }) }), { status: 404 })
  t.match(await refusedHandshake(t, service.address, { path: '/realtime/ws/online' }), { status: 400, body: { code: 'BAD_REQUEST' } })
})

t.test('Sockets connect at the paths that are named, the prefix itself among them', async (t) => {
  const service = await startEmbedded(t, { ...quick, prefix: '/live', connect: { paths: ['/', '/chat'] } })
  for (const path of ['/live', '/live/', '/live/chat']) t.ok(await connectAs(t, service, 'ada', { path }), path)
})

t.test('The application sees app.hub, app.rooms and app.relay at once, and so do its children and handlers', async (t) => {
  const app = Fastify()
  const seen: boolean[] = []
  await app.register(hub, quick)
  await app.register(async (child) => { seen.push(child.hub === app.hub, child.rooms === app.rooms, child.relay === app.relay) })
  app.hub.handle('who', { schema: Type.Object({}) }, (context) => ({ isHost: context.app === app, user: context.user.id }))
  const service = await listen(t, app)
  t.same(seen, [true, true, true])
  const ada = await connectAs(t, service, 'ada')
  t.match(await ada.request({ type: 'who', payload: {} }), { type: 'ack', payload: { result: { isHost: true, user: 'ada' } } })
  t.match(await app.hub.toUser('ada', { type: 'order.paid', payload: { id: 7 } }), { recipients: 1 })
  t.equal(await app.rooms.join('vip', 'ada'), 1)
  t.match(await app.relay.publish('user:ada', { type: 'note', payload: 1 }), { recipients: 1 })
})

t.test('In a child context it is seen there only, under the prefixes of both', async (t) => {
  const app = Fastify()
  const children: FastifyInstance[] = []
  await app.register(async (child) => {
    await child.register(hub, { ...quick, prefix: '/hub' })
    children.push(child)
  }, { prefix: '/v1' })
  app.get('/own', async () => ({ own: true }))
  const service = await listen(t, app)
  t.notOk(app.hasDecorator('hub') || app.hasDecorator('rooms') || app.hasDecorator('relay'))
  t.ok(await connectAs(t, service, 'ada', { path: '/v1/hub/ws' }))
  t.equal(children[0]?.hub.size, 1)
  t.match(await getJson(service, '/own'), { status: 200 })
})

t.test('Two children may each have a hub, and their users do not meet', async (t) => {
  const app = Fastify()
  for (const prefix of ['/a', '/b']) await app.register(async (child) => { await child.register(hub, quick) }, { prefix })
  const service = await listen(t, app)
  t.ok(await connectAs(t, service, 'ada', { path: '/a/ws' }))
  t.ok(await connectAs(t, service, 'bob', { path: '/b/ws' }))
  for (const prefix of ['/a', '/b']) t.match(await getJson(service, `${prefix}/ws/online`), { body: { online: 1 } })
  t.match(await refusedHandshake(t, service.address, { path: '/c/ws' }), { status: 404 })
})

t.test('A second hub is refused by name, in the application and in its children', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(hub, quick)
  await t.rejects(async () => await app.register(hub, { ...quick, prefix: '/other' }), { message: /there is a hub already/ })
  const other = Fastify()
  t.teardown(() => other.close())
  await other.register(hub, quick)
  await t.rejects(async () => await other.register(async (child) => { await child.register(hub, quick) }), { message: /there is a hub already/ })
})

t.test('An application without the hub goes on, and asks whether there is one (S2-56)', async (t) => {
  for (const hasHub of [false, true]) {
    const app = Fastify()
    if (hasHub) await app.register(hub, quick)
    app.get('/order', async () => {
      if (app.hasDecorator('hub')) await app.hub.toUser('ada', { type: 'order.paid' })
      return { paid: true }
    })
    t.match(await getJson(await listen(t, app), '/order'), { status: 200, body: { paid: true } }, `hub: ${hasHub}`)
  }
})

t.test('Closing the application tells the clients, closes their sockets with 1012, and leaves nothing open', async (t) => {
  const { app, address } = await startEmbedded(t)
  const ada = await connectAs(t, { address }, 'ada')
  const refused = connect(t, address, { path: '/ws?refusal=close' })
  t.equal((await refused.closed).code, 4001)
  await app.close()
  t.ok(await ada.next('draining'))
  t.equal((await ada.closed).code, 1012)
  t.equal(app.hub.size, 0)
  t.equal(app.server.listening, false)
  t.equal(app.server.listenerCount('upgrade'), 0)
})

t.test('A handshake while it closes is refused, and its connection ends', async (t) => {
  const app = Fastify()
  let late = Promise.resolve<unknown>(undefined)
  await app.register(hub, quick)
  const { address } = await listen(t, app)
  const ada = await connectAs(t, { address }, 'ada')
  ada.socket.on('message', () => { late = refusedHandshake(t, address) })
  await app.close()
  t.match(await late, { status: 503 })
})

t.test('The limits of its sockets are those that are given, and it never answers with a token', async (t) => {
  const service = await startEmbedded(t, { ...quick, websocket: { maxPayloadBytes: 1_000, compression: true } })
  const token = await tokenFor({ sub: 'ada' })
  const ada = connect(t, service.address, { protocols: ['bearer', token] })
  await ada.next('connected')
  t.equal(ada.socket.protocol, 'bearer')
  t.match(ada.socket.extensions, 'permessage-deflate')
  ada.send('x'.repeat(1_001))
  t.equal((await ada.closed).code, 1009)
})

t.test('With the logger options no token gets into the log', async (t) => {
  const lines: string[] = []
  const app = Fastify({ logger: { ...loggerOptions({ logLevel: 'trace' }), stream: { write: (line: string) => { lines.push(line) } } } })
  const service = await startEmbedded(t, quick, app)
  const token = await tokenFor({ sub: 'ada' })
  await connect(t, service.address, { token }).next('connected')
  await app.close()
  t.ok(lines.some((line) => line.includes('client connected')))
  t.notOk(lines.join('').includes(token))
})
