import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import t from 'tap'
import { hub, HubError, type GivenIdentity, type HubOptions } from '../../src/index.ts'
import { connect, refusedHandshake } from '../client.ts'
import { getJson, SECRET, tokenFor, type Teardown } from '../helper.ts'
import { listen, type Embedded } from '../support/embed.ts'
import { makeKey } from '../support/forge.ts'
import { startKeyServer, type KeyServer } from '../support/key-server.ts'
import { startRedis } from '../support/redis-server.ts'

/** Who is logged in, as an application knows it: by its session cookie. */
const sessions: Record<string, GivenIdentity> = {
  ada: { userId: 'ada', name: 'Ada' },
  bob: { userId: 'bob' },
  root: { userId: 'root', roles: ['admin'] },
  short: { userId: 'ada', expiresAtMs: Date.now() + 3_600_000 }
}
const withoutTokens = { sessions: { drainTimeoutMs: 500 } } satisfies HubOptions

function sessionOf ({ headers }: FastifyRequest): GivenIdentity | undefined {
  return sessions[headers.cookie?.replace('sid=', '') ?? '']
}

/** The cookie of a session, as a browser sends it. */
function cookie (session: string): { cookie: string } {
  return { cookie: `sid=${session}` }
}

async function start (t: Teardown, options: HubOptions = {}, app: FastifyInstance = Fastify()): Promise<Embedded> {
  await app.register(hub, { authenticate: sessionOf, ...withoutTokens, ...options })
  return await listen(t, app)
}

t.test('Who connects is whom the application knows by its own session', async (t) => {
  const { address, app } = await start(t)
  const ada = connect(t, address, { headers: cookie('ada') })
  t.match((await ada.next('connected')).payload, { user_id: 'ada', name: 'Ada', role: 'user' })
  t.match(await refusedHandshake(t, address, { headers: cookie('nobody') }), { status: 401, body: { code: 'UNAUTHORIZED' } })
  t.match(await refusedHandshake(t, address, { token: await tokenFor({ sub: 'ada' }) }), { status: 401 }, 'tokens are nothing here')
  t.equal((await connect(t, address, { path: '/ws?refusal=close' }).closed).code, 4001)
  t.equal(app.hub.size, 1)
})

t.test('The REST routes know administrators by it, too, and so may those of the application', async (t) => {
  const app = Fastify()
  app.get('/me', async (request) => (await app.callers.of(request)).userId)
  const service = await start(t, {}, app)
  t.match(await getJson(service, '/ws/stats'), { status: 401 })
  t.match(await getJson(service, '/ws/stats', { headers: cookie('ada') }), { status: 403 })
  t.match(await getJson(service, '/ws/stats', { headers: cookie('root') }), { status: 200 })
  t.equal((await app.inject({ url: '/me', headers: cookie('bob') })).body, 'bob')
})

for (const [by, optionsOf] of [
  ['a secret', () => ({ secret: SECRET })],
  ['a key set', ({ url }: KeyServer) => ({ jwksUrl: url })]
] as const) {
  t.test(`With tokens by ${by} the application's own routes know who asks, too`, async (t) => {
    const rsa = makeKey('RS256')
    const app = Fastify()
    await app.register(hub, { ...withoutTokens, jwt: optionsOf(await startKeyServer(t, [rsa.jwk('k1')])) })
    app.get('/me', async (request) => (await app.callers.of(request)).userId)
    const { address } = await listen(t, app)
    const token = by === 'a secret' ? await tokenFor({ sub: 'ada' }) : rsa.token({ sub: 'ada' }, { kid: 'k1' })
    await connect(t, address, { token }).next('connected')
    const asked = async (authorization: string) => await app.inject({ url: '/me', headers: { authorization } })
    t.equal((await asked(`Bearer ${token}`)).body, 'ada')
    t.equal((await asked(`Bearer ${token.slice(0, -4)}`)).statusCode, 401)
  })
}

t.test('Roles of administrators are the ones that are named, over REST and on the socket', async (t) => {
  const service = await start(t, { adminRoles: ['captain'], authenticate: () => ({ userId: 'kirk', roles: ['captain'] }) })
  t.match(await getJson(service, '/ws/stats'), { status: 200 })
  const kirk = connect(t, service.address)
  await kirk.next('connected')
  t.match(await kirk.request({ type: 'broadcast', payload: { content: 'all hands' } }), { type: 'ack' })
})

t.test('It is asked once for each request, and may take its time', async (t) => {
  let asked = 0
  const service = await start(t, {
    authenticate: async (request) => {
      asked += 1
      await new Promise((resolve) => { setImmediate(resolve) })
      return sessionOf(request)
    }
  })
  await connect(t, service.address, { headers: cookie('ada') }).next('connected')
  t.equal(asked, 1)
  t.match(await getJson(service, '/ws/stats', { headers: cookie('root') }), { status: 200 })
  t.equal(asked, 2, 'for the limit and for the role')
})

t.test('Limits of requests count the user', async (t) => {
  const service = await start(t, { rateLimit: { restPerMinute: 2 } })
  const online = async (session: string) => (await getJson(service, '/ws/online', { headers: cookie(session) })).status
  t.same([await online('ada'), await online('ada'), await online('ada')], [200, 200, 429])
  t.equal(await online('bob'), 200)
})

t.test('A ticket stands for the session, also where that has no end, on one node and by way of Redis', async (t) => {
  const redis = await startRedis(t)
  for (const options of [{}, { redis: { url: redis.url } }]) {
    const service = await start(t, options)
    for (const session of ['bob', 'short']) {
      const { body } = await getJson(service, '/ws/ticket', { method: 'POST', headers: cookie(session) })
      const path = `/ws?ticket=${String(body['ticket'])}`
      t.equal((await connect(t, service.address, { path }).next('connected')).payload['user_id'], sessions[session]?.userId)
      t.match(await refusedHandshake(t, service.address, { path }), { status: 401 }, 'once')
    }
    t.match(await getJson(service, '/ws/ticket', { method: 'POST' }), { status: 401 })
  }
})

t.test('Where nobody need be known, strangers are guests', async (t) => {
  const { address } = await start(t, { connect: { auth: 'optional' } })
  t.equal((await connect(t, address).next('connected')).payload['role'], 'guest')
  t.equal((await connect(t, address, { headers: cookie('ada') }).next('connected')).payload['user_id'], 'ada')
})

t.test('A session cookie of another site opens nothing: the origin has to be the own one, or named', async (t) => {
  const { address } = await start(t)
  t.match(await refusedHandshake(t, address, { headers: cookie('ada'), origin: 'https://evil.example' }), { status: 403 })
  t.ok(await connect(t, address, { headers: cookie('ada'), origin: address }).next('connected'))
})

t.test('Nor does it change anything over REST', async (t) => {
  const service = await start(t)
  const post = async (headers: Record<string, string>) => (await getJson(service, '/ws/users/ada/disconnect', { method: 'POST', headers: { ...cookie('root'), ...headers } })).status
  t.equal(await post({ origin: 'https://evil.example' }), 403)
  t.equal(await post({ origin: 'null' }), 403)
  t.equal(await post({ origin: service.address }), 200)
  t.equal(await post({}), 200)
  const named = await start(t, { connect: { origins: { allowed: ['https://shop.example'], production: true } } })
  t.match(await getJson(named, '/ws/users/ada/disconnect', { method: 'POST', headers: { ...cookie('root'), origin: 'https://shop.example' } }), { status: 200 })
})

t.test('Whose session has ended is nobody', async (t) => {
  const service = await start(t, { authenticate: () => ({ userId: 'root', roles: ['admin'], expiresAtMs: Date.now() - 1 }) })
  t.match(await refusedHandshake(t, service.address), { status: 401, body: { code: 'UNAUTHORIZED' } })
  t.match(await getJson(service, '/ws/stats'), { status: 401 })
})

t.test('A token on the socket is refused in words where there are no tokens', async (t) => {
  const { address } = await start(t)
  const ada = connect(t, address, { headers: cookie('short') })
  await ada.next('connected')
  t.match(await ada.request({ type: 'refresh_token', payload: { token: 'x' } }), { type: 'error', payload: { code: 'FORBIDDEN', message: /no tokens/ } })
})

t.test('A token on the socket is what the application says it is where it can tell', async (t) => {
  const until = Date.now() + 7_200_000
  const { address } = await start(t, {
    identify: (token) => {
      if (token !== 'newer') throw new Error('not this one')
      return { userId: 'ada', expiresAtMs: until }
    }
  })
  const ada = connect(t, address, { headers: cookie('short') })
  await ada.next('connected')
  t.match(await ada.request({ type: 'refresh_token', payload: { token: 'older' } }), { payload: { code: 'UNAUTHORIZED' } })
  t.match(await ada.request({ type: 'refresh_token', payload: { token: 'newer' } }), { type: 'token_refreshed' })
})

t.test('What it throws is a refusal where it says so, and no answer for now in all other cases', async (t) => {
  const thrown: Record<string, () => Error> = {
    refused: () => Object.assign(new Error('blocked'), { statusCode: 403 }),
    stale: () => Object.assign(new Error('session ended'), { statusCode: 401 }),
    forbidden: () => new HubError('FORBIDDEN', 'not at night'),
    broken: () => new Error('the database is away')
  }
  const service = await start(t, { authenticate: ({ headers }) => { throw thrown[headers.cookie ?? '']?.() ?? new Error('?') } })
  const answer = async (name: string) => {
    const { status, body } = await getJson(service, '/ws/stats', { headers: { cookie: name } })
    t.equal((await refusedHandshake(t, service.address, { headers: { cookie: name } })).status, status)
    return { status, body }
  }
  t.strictSame(await answer('refused'), { status: 403, body: { error: 'blocked', code: 'FORBIDDEN' } })
  t.strictSame(await answer('stale'), { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } })
  t.strictSame(await answer('forbidden'), { status: 403, body: { error: 'not at night', code: 'FORBIDDEN' } })
  t.strictSame(await answer('broken'), { status: 503, body: { error: 'authentication unavailable', code: 'UNAVAILABLE' } })
})

t.test('What names no user lets nobody in, and the log says what was expected', async (t) => {
  const lines: string[] = []
  const app = Fastify({ logger: { stream: { write: (line: string) => { lines.push(line) } } } })
  const { address } = await start(t, { authenticate: () => ({ userId: '' }) }, app)
  t.match(await refusedHandshake(t, address), { status: 503 })
  t.ok(lines.some((line) => line.includes('expected {userId')))
})

t.test('Exactly one way to tell who somebody is must be given', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(hub, {}), { code: 'HUB_ERR_BAD_KEY', message: /expected either jwt.* or authenticate.*, got neither/ })
})

t.test('Both ways at once are refused, and so is identify without authenticate', async (t) => {
  const jwt = { secret: SECRET }
  for (const [options, message] of [
    [{ jwt, authenticate: sessionOf }, /got both/],
    [{ jwt, identify: () => ({ userId: 'ada', expiresAtMs: 0 }) }, /identify only beside authenticate/]
  ] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    await t.rejects(async () => await app.register(hub, options), { code: 'HUB_ERR_BAD_KEY', message })
  }
})
