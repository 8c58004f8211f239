import swagger from '@fastify/swagger'
import jwt from '@fastify/jwt'
import rateLimit from '@fastify/rate-limit'
import { Type } from '@sinclair/typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { hub } from '../../src/index.ts'
import { refusedHandshake } from '../client.ts'
import { connectAs, getJson, postJson, tokenFor, type Teardown } from '../helper.ts'
import { ticketFor } from '../support/tickets.ts'
import { listen, quick, type Embedded } from '../support/embed.ts'

const root = { sub: 'root', role: 'admin' }

/** An application that has everything its own way. */
async function startOpinionated (t: Teardown, add: (app: FastifyInstance) => unknown = () => {}): Promise<Embedded> {
  const app = Fastify()
  app.setErrorHandler(async (error: Error, _request, reply) => await reply.code(418).send({ own: error.message }))
  app.setNotFoundHandler(async (_request, reply) => await reply.code(404).send({ own: 'not here' }))
  app.setValidatorCompiler(() => (data) => Object(data)['mood'] === 'bad' ? { error: new Error('the own validator') } : { value: data })
  app.setSerializerCompiler(() => (data) => JSON.stringify({ wrapped: data }))
  app.setSchemaErrorFormatter(() => new Error('the own words'))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, { raw: body }))
  await add(app)
  await app.register(hub, { ...quick, prefix: '/rt' })
  app.post('/own', { schema: { body: Type.Object({}), response: { 200: Type.Object({}) } } }, async (request) => request.body)
  app.get('/fail', async () => { throw new Error('own failure') })
  return await listen(t, app)
}

t.test('The hub\'s routes answer as those of the service, whatever the application has set for its own', async (t) => {
  const service = await startOpinionated(t)
  const bob = await connectAs(t, service, 'bob', { path: '/rt/ws' })
  t.match(await postJson(service, '/rt/ws/broadcast', { message: 'hello' }, root), { status: 200, body: { success: true, recipients: 1 } })
  t.ok(await bob.next())
  t.match(await postJson(service, '/rt/ws/broadcast', { message: 42 }, root), { status: 400, body: { code: 'INVALID_PAYLOAD', error: /^body\/message/ } })
  t.match(await getJson(service, '/rt/ws/stats'), { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } })
  t.match(await refusedHandshake(t, service.address, { path: '/rt/ws' }), { status: 401, body: { code: 'UNAUTHORIZED' } })
  const { body } = await getJson(service, '/rt/ws/online')
  t.strictSame(body, { online: 1, connections: 1 })
})

t.test('Answers of the hub\'s routes have what their schemas know and nothing else', async (t) => {
  const plain = Fastify()
  await plain.register(hub, { ...quick, prefix: '/rt' })
  for (const service of [await listen(t, plain), await startOpinionated(t)]) {
    await connectAs(t, service, 'bob', { path: '/rt/ws' })
    const { body } = await postJson(service, '/rt/ws/users/bob/disconnect', {}, root)
    t.strictSame(body, { success: true, closed: 1 })
    const stats = await service.app.inject({ url: '/rt/ws/online' })
    t.equal(stats.headers['content-type'], 'application/json; charset=utf-8')
  }
})

t.test('A serializer of the application for all its answers writes none of the hub\'s', async (t) => {
  const app = Fastify()
  app.setReplySerializer((payload) => JSON.stringify({ wrapped: payload }))
  app.get('/own', async () => ({ own: true }))
  await app.register(hub, { ...quick, prefix: '/rt' })
  const service = await listen(t, app)
  t.strictSame((await getJson(service, '/rt/ws/online')).body, { online: 0, connections: 0 })
  t.strictSame((await getJson(service, '/rt/ws/stats')).body, { error: 'authentication required', code: 'UNAUTHORIZED' })
  t.strictSame((await getJson(service, '/own')).body, { wrapped: { own: true } })
})

t.test('The application\'s own routes answer as before', async (t) => {
  const service = await startOpinionated(t)
  t.strictSame((await postJson(service, '/own', { a: 1 })).body, { wrapped: { raw: '{"a":1}' } })
  t.match(await getJson(service, '/fail'), { status: 418, body: { own: 'own failure' } })
  t.match(await getJson(service, '/nowhere'), { status: 404, body: { own: 'not here' } })
  t.match(await getJson(service, '/rt/nowhere'), { status: 404, body: { own: 'not here' } })
  t.match(await refusedHandshake(t, service.address, { path: '/nowhere' }), { status: 404, body: { own: 'not here' } })
})

t.test('No hook of the hub runs for the application\'s routes; those of the application run for the hub\'s, as for all its children', async (t) => {
  const lines: string[] = []
  const urls: string[] = []
  const app = Fastify({ logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  app.addHook('onRequest', async ({ url }) => { urls.push(url) })
  await app.register(hub, quick)
  app.get('/own', async () => ({ own: true }))
  const service = await listen(t, app)
  const headers = { 'x-forwarded-for': '1.2.3.4' }
  const isWarned = () => lines.some((line) => line.includes('X-Forwarded-For is ignored'))
  t.match(await getJson(service, '/own', { headers }), { status: 200 })
  t.notOk(isWarned())
  t.match(await getJson(service, '/ws/online', { headers }), { status: 200 })
  t.ok(isWarned())
  t.same(urls, ['/own', '/ws/online'])
})

t.test('What the application gives to each route, such as a check of its own, holds for the hub\'s sockets as well', async (t) => {
  const app = Fastify()
  app.addHook('onRoute', (route) => {
    route.preHandler = async ({ headers }) => { if (headers['x-tenant'] === undefined) throw Object.assign(new Error('no tenant'), { statusCode: 403 }) }
  })
  await app.register(hub, { ...quick, sessions: { admission: { maxConnections: 1, maxConnectionsPerUser: 0, userLimitPolicy: 'replace', maxConnectionsPerIp: 0 } } })
  const { address } = await listen(t, app)
  t.match(await refusedHandshake(t, address, { token: await tokenFor({ sub: 'ada' }) }), { status: 403, body: { error: 'no tenant' } })
  t.ok(await connectAs(t, { address }, 'ada', { headers: { 'x-tenant': 'shop' } }))
  t.match(await refusedHandshake(t, address, { token: await tokenFor({ sub: 'bob' }), headers: { 'x-tenant': 'shop' } }), { status: 503 })
})

t.test('Its tokens, registered before or after, are its own, and open nothing of the hub\'s', async (t) => {
  const secret = 'the secret of the application itself, which is another'
  for (const isFirst of [true, false]) {
    const app = Fastify()
    if (isFirst) await app.register(jwt, { secret })
    await app.register(hub, quick)
    if (!isFirst) await app.register(jwt, { secret })
    app.get('/own', async (request) => await request.jwtVerify())
    const service = await listen(t, app)
    const own = app.jwt.sign({ sub: 'ada' })
    t.match(await getJson(service, '/own', { headers: { authorization: `Bearer ${own}` } }), { status: 200, body: { sub: 'ada' } })
    t.match(await refusedHandshake(t, service.address, { token: own }), { status: 401 })
    t.notOk('wshub' in app.jwt)
    t.ok(await ticketFor(service, 'ada'))
  }
})

t.test('Its rate limit, registered before or after, is its own', async (t) => {
  for (const isFirst of [true, false]) {
    const app = Fastify()
    if (isFirst) await app.register(rateLimit, { global: false })
    await app.register(hub, { ...quick, rateLimit: { restPerMinute: 2 } })
    if (!isFirst) await app.register(rateLimit, { global: false })
    app.get('/own', { config: { rateLimit: { max: 1 } } }, async () => ({ own: true }))
    const service = await listen(t, app)
    t.same([(await getJson(service, '/own')).status, (await getJson(service, '/own')).status], [200, 429])
    const statuses = []
    for (let count = 0; count < 3; count += 1) statuses.push((await getJson(service, '/ws/online')).status)
    t.same(statuses, [200, 200, 429])
  }
})

t.test('Its OpenAPI document has its own routes only, unless it wants the hub\'s', async (t) => {
  for (const openapi of [false, true]) {
    const app = Fastify()
    await app.register(swagger, { openapi: { info: { title: 'shop', version: '2' } } })
    await app.register(hub, { ...quick, openapi })
    app.get('/own', async () => ({ own: true }))
    await app.ready()
    t.teardown(() => app.close())
    const document = JSON.stringify(app.swagger())
    t.equal(document.includes('"/ws/stats"'), openapi)
    t.match(document, '"/own"')
    t.match(document, '"title":"shop"')
  }
})

t.test('Decorators of its own may have the names of the hub\'s inner ones', async (t) => {
  const app = Fastify()
  for (const name of ['authenticate', 'identify', 'limits', 'sessions', 'admission', 'drain', 'heartbeat', 'redis', 'loopDelay']) app.decorate(name, `own ${name}`)
  for (const name of ['visitor', 'refusal', 'handshake', 'verification', 'user']) app.decorateRequest(name, null)
  await app.register(hub, { ...quick, health: true })
  const service = await listen(t, app)
  t.ok(await connectAs(t, service, 'ada'))
  t.equal(app.getDecorator('authenticate'), 'own authenticate')
  t.equal(app.getDecorator('drain'), 'own drain')
})

t.test('A large body is for the hub\'s routes, a small one may be the application\'s limit', async (t) => {
  const app = Fastify({ bodyLimit: 1_000 })
  await app.register(hub, quick)
  app.post('/own', async () => ({ own: true }))
  const service = await listen(t, app)
  const messages = Array.from({ length: 100 }, () => ({ message: 'x'.repeat(100) }))
  t.match(await postJson(service, '/ws/publish', { messages }, root), { status: 200 })
  t.match(await postJson(service, '/own', { messages }), { status: 413 })
})
