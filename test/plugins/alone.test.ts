import { once } from 'node:events'
import jwt from '@fastify/jwt'
import rateLimit from '@fastify/rate-limit'
import { Type } from '@sinclair/typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import WebSocket from 'ws'
import {
  errorHandlerPlugin, healthRoutes, hubPlugin, jwtPlugin, rateLimitPlugin, relayPlugin, roomsPlugin, sessionsPlugin, socketRoutes, websocketPlugin
} from '../../src/index.ts'
import { connectAs, getJson, postJson, SECRET, tokenFor, type Teardown } from '../helper.ts'
import { connect, refusedHandshake } from '../client.ts'
import { badTokens } from '../support/bad-tokens.ts'
import { exchange, handshake } from '../support/http-peer.ts'
import { ticketFor } from '../support/tickets.ts'

/** Somebody's own application that has taken the plugins in, with nothing set but what has no default. */
async function embed (t: Teardown, app: FastifyInstance): Promise<{ app: FastifyInstance, address: string }> {
  await app.register(errorHandlerPlugin)
  await app.register(jwtPlugin, { secret: SECRET })
  await app.register(rateLimitPlugin)
  await app.register(relayPlugin)
  await app.register(hubPlugin)
  await app.register(roomsPlugin)
  await app.register(sessionsPlugin, { drainTimeoutMs: 500 })
  await app.register(websocketPlugin)
  await app.register(socketRoutes, { connect: { paths: ['/live'] } })
  app.get('/own', async () => ({ own: true }))
  app.get('/echo', { websocket: true, config: { upgrades: true } }, (socket) => { socket.on('message', (data) => socket.send(String(data))) })
  app.get('/broken', { websocket: true, config: { upgrades: true } }, () => { throw new Error('no handler') })
  t.teardown(() => app.close())
  return { app, address: await app.listen({ host: '127.0.0.1', port: 0 }) }
}

t.test('In an application of one\'s own the plugins connect people and let them talk', async (t) => {
  const { address } = await embed(t, Fastify())
  const onLive = { path: '/live' }
  const ada = await connectAs(t, { address }, 'ada', onLive)
  const bob = await connectAs(t, { address }, 'bob', onLive)
  for (const client of [ada, bob]) await client.request({ type: 'join_room', room: 'general' })
  await ada.request({ type: 'send_message', room: 'general', payload: { content: 'hello' } })
  t.match(await bob.next('new_message'), { payload: { content: 'hello' }, sender: { id: 'ada' } })
})

t.test('The application\'s own routes answer as before, and are not upgraded (S0-04)', async (t) => {
  const { address } = await embed(t, Fastify())
  t.match(await getJson({ address }, '/own'), { status: 200, body: { own: true } })
  t.match(await refusedHandshake(t, address, { path: '/own' }), { status: 400 })
  t.match(await refusedHandshake(t, address, { path: '/live' }), { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } })
})

t.test('The application may have socket routes of its own, which say that they are', async (t) => {
  const { address } = await embed(t, Fastify())
  const socket = new WebSocket(`${address.replace('http', 'ws')}/echo`)
  t.teardown(() => socket.terminate())
  await once(socket, 'open')
  socket.send('hello')
  const [data] = await once(socket, 'message')
  t.equal(String(data), 'hello')
})

t.test('A handshake that only ws finds wrong is refused and logged like the others (S0-91, S1-13)', async (t) => {
  const lines: string[] = []
  const { address } = await embed(t, Fastify({ logger: { stream: { write: (line: string) => { lines.push(line) } } } }))
  const answer = await exchange(t, address, handshake({ path: '/echo', headers: { 'sec-websocket-key': 'short' } }))
  t.match({ status: answer.status, body: answer.json() }, { status: 400, body: { error: 'malformed request', code: 'BAD_REQUEST' } })
  t.ok(lines.some((line) => line.includes('"ws upgrade failed"') && line.includes('127.0.0.1')))
})

t.test('An application that has its own tokens and rate limits keeps them', async (t) => {
  const app = Fastify()
  await app.register(jwt, { secret: 'the secret of the application itself, which is another' })
  await app.register(rateLimit, { global: false })
  const { address } = await embed(t, app)
  const own = app.jwt.sign({ sub: 'ada' })
  t.match(app.jwt.verify(own), { sub: 'ada' })
  t.match(await refusedHandshake(t, address, { path: '/live', token: own }), { status: 401 })
  t.ok(await connectAs(t, { address }, 'ada', { path: '/live' }))
})

t.test('A socket route that throws loses its socket, and the log has the fault', async (t) => {
  const lines: string[] = []
  const { address } = await embed(t, Fastify({ logger: { stream: { write: (line: string) => { lines.push(line) } } } }))
  t.equal((await connect(t, address, { path: '/broken' }).closed).code, 1006)
  t.ok(lines.some((line) => line.includes('socket handler failed') && line.includes('no handler')))
})

t.test('The application reaches its users through the hub, and has message types of its own', async (t) => {
  const { app, address } = await embed(t, Fastify())
  app.hub.handle('double', { schema: Type.Object({ n: Type.Number() }) }, (_context, { n }) => 2 * n)
  const ada = await connectAs(t, { address }, 'ada', { path: '/live' })
  t.match(await ada.request({ type: 'double', payload: { n: 21 } }), { type: 'ack', payload: { result: 42 } })
  t.match(await app.hub.toUser('ada', { type: 'order.paid', payload: { id: 7 } }), { recipients: 1 })
  t.strictSame((await ada.next('order.paid')).payload, { id: 7 })
  t.equal(await app.rooms.join('vip', 'ada'), 1)
  t.match(await app.rooms.members('vip'), { count: 1, users: [{ id: 'ada', name: 'ada' }] })
})

t.test('A token is told of before it ends, and a newer one takes its place, as in the service', async (t) => {
  const { address } = await embed(t, Fastify())
  const ada = await connectAs(t, { address }, { sub: 'ada', exp: Math.floor(Date.now() / 1000) + 29 }, { path: '/live' })
  t.ok(await ada.next('token_expiring'), '30 s before, where nothing else is said')
  t.equal((await ada.request({ type: 'refresh_token', payload: { token: await tokenFor({ sub: 'ada' }) } })).type, 'token_refreshed')
  t.match(await ada.request({ type: 'refresh_token', payload: { token: await tokenFor({ sub: 'bob' }) } }), { payload: { code: 'UNAUTHORIZED' } })
})

t.test('A refreshed token is in no log, also where nothing is redacted', async (t) => {
  const lines: string[] = []
  const { address } = await embed(t, Fastify({ logger: { level: 'trace', stream: { write: (line: string) => { lines.push(line) } } } }))
  const ada = await connectAs(t, { address }, 'ada', { path: '/live' })
  const good = await tokenFor({ sub: 'ada', canary: 'a claim' })
  const tokens = [good, await tokenFor({ sub: 'bob' }), `${good}x`, good.replace('.', '.x'), 'some secret words', ...Object.values(badTokens())]
  lines.length = 0
  for (const token of tokens) await ada.request({ type: 'refresh_token', payload: { token } })
  const parts = tokens.flatMap((token) => [token, ...token.split('.')]).filter((part) => part.length >= 15)
  t.ok(lines.some((line) => line.includes('token refreshed')) && lines.some((line) => line.includes('UNAUTHORIZED')))
  t.same([...parts, 'a claim'].filter((part) => lines.join('').includes(part)), [])
})

t.test('A ticket lets in there too, once', async (t) => {
  const { address } = await embed(t, Fastify())
  const path = `/live?ticket=${await ticketFor({ address }, 'ada')}`
  t.equal((await connect(t, address, { path }).next('connected')).payload['user_id'], 'ada')
  t.match(await refusedHandshake(t, address, { path }), { status: 401 })
  t.equal((await connect(t, address, { path: `${path}&refusal=close` }).closed).code, 4001)
})

t.test('Closing the application closes its sockets with 1012', async (t) => {
  const { app, address } = await embed(t, Fastify())
  const ada = await connectAs(t, { address }, 'ada', { path: '/live' })
  await app.close()
  t.equal((await ada.closed).code, 1012)
  t.ok(await ada.next('draining'))
})

t.test('A plugin without those it needs says which is missing', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(hubPlugin), { message: /relay/ })
})

t.test('A misspelt target is refused there too, and nothing is made to fit (a whole number is no text)', async (t) => {
  const { app, address } = await embed(t, Fastify())
  const bob = await connectAs(t, { address }, 'bob', { path: '/live' })
  const admin = { sub: 'root', role: 'admin' }
  t.match(await postJson({ address }, '/ws/broadcast', { message: 'x', targte: { users: ['ada'] } }, admin), { status: 400, body: { code: 'INVALID_PAYLOAD' } })
  t.match(await postJson({ address }, '/ws/broadcast', { message: 42 }, admin), { status: 400, body: { code: 'INVALID_PAYLOAD' } })
  t.same(await bob.drain(), [])
  t.equal(app.hub.size, 1)
})

t.test('The probes say at the start which plugin they miss', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(healthRoutes), { message: /hub/ })
})
