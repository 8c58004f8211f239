import { randomBytes } from 'node:crypto'
import t from 'tap'
import { connect, refusedHandshake, type TestClient } from '../client.ts'
import { startService, tokenFor } from '../helper.ts'
import { ticketFor } from '../support/tickets.ts'

const origin = 'http://localhost:3000'
const unauthorized = { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } }

/** A ticket that looks right and that nobody made. */
function madeUp (): string {
  return randomBytes(32).toString('base64url')
}

/** How each of some handshakes went: `in`, or the status of the refusal. */
async function outcomes (clients: readonly TestClient[]): Promise<Array<string | number | undefined>> {
  return await Promise.all(clients.map(({ socket }) => new Promise<string | number | undefined>((resolve) => {
    socket.once('open', () => resolve('in'))
    socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode))
  })))
}

t.test('b14: A ticket lets in once: a second handshake gets 401, a browser 4001', async (t) => {
  const service = await startService(t)
  const path = `/ws?ticket=${await ticketFor(service, 'ada')}`
  t.match((await connect(t, service.address, { path }).next('connected')).payload, { user_id: 'ada' })
  t.match(await refusedHandshake(t, service.address, { path }), unauthorized)
  t.same(await connect(t, service.address, { path, origin }).closed, { code: 4001, reason: 'Authentication failed' })
})

t.test('Of 20 handshakes with one ticket at the same time one gets in', async (t) => {
  const service = await startService(t)
  const path = `/ws?ticket=${await ticketFor(service, 'ada')}`
  const clients = Array.from({ length: 20 }, () => connect(t, service.address, { path }))
  t.same((await outcomes(clients)).map(String).sort(), [...Array.from({ length: 19 }, () => '401'), 'in'])
  t.equal(service.app.hub.size, 1)
})

t.test('b14: An unknown or malformed ticket is refused, on each path, also where guests may come in', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  for (const ticket of [madeUp(), 'x', '*', '%00', '..', 'null', 'x'.repeat(5_000), `${madeUp()}%20`, `${madeUp()}&ticket=${madeUp()}`]) {
    for (const path of ['/ws', '/api/v1/ws']) t.match(await refusedHandshake(t, service.address, { path: `${path}?ticket=${ticket}` }), unauthorized, ticket.slice(0, 60))
  }
  t.equal((await connect(t, service.address, { path: `/ws?ticket=${madeUp()}`, origin }).closed).code, 4001)
  t.equal((await connect(t, service.address, { path: '/ws?ticket=' }).next('connected')).payload['role'], 'guest', 'an empty one is none')
})

t.test('Two tickets in one query are none, and stay good', async (t) => {
  const service = await startService(t)
  const [one, other] = [await ticketFor(service, 'ada'), await ticketFor(service, 'bob')]
  t.match(await refusedHandshake(t, service.address, { path: `/ws?ticket=${one}&ticket=${other}` }), unauthorized)
  for (const ticket of [one, other]) t.ok(await connect(t, service.address, { path: `/ws?ticket=${ticket}` }).next('connected'))
})

t.test('A ticket decides, wherever a token stands beside it: good or bad, there is no fall-back', async (t) => {
  const service = await startService(t)
  const token = await tokenFor({ sub: 'bob' })
  const beside = [{ token }, { headers: { authorization: `Bearer ${token}` } }, { protocols: ['bearer', token] }]
  for (const options of beside) {
    const { payload } = await connect(t, service.address, { ...options, path: `/ws?ticket=${await ticketFor(service, 'ada')}` }).next('connected')
    t.equal(payload['user_id'], 'ada')
    t.match(await refusedHandshake(t, service.address, { ...options, path: `/ws?ticket=${madeUp()}` }), unauthorized)
  }
  t.equal((await connect(t, service.address, { token: 'bad', path: `/ws?ticket=${await ticketFor(service, 'ada')}` }).next('connected')).payload['user_id'], 'ada')
})

t.test('A ticket is taken where tokens in the query are not', async (t) => {
  const service = await startService(t, { WS_TOKEN_SOURCES: 'header' })
  t.match(await refusedHandshake(t, service.address, { token: await tokenFor({ sub: 'ada' }) }), unauthorized)
  t.ok(await connect(t, service.address, { path: `/ws?ticket=${await ticketFor(service, 'ada')}` }).next('connected'))
})

t.test('What is refused before the token is looked at uses no ticket up', async (t) => {
  const service = await startService(t, { WS_ALLOWED_ORIGINS: 'https://good.example' })
  const path = `/ws?ticket=${await ticketFor(service, 'ada')}`
  t.match(await refusedHandshake(t, service.address, { path, origin: 'https://evil.example' }), { status: 403 })
  t.match(await refusedHandshake(t, service.address, { path: `${path}&dialect=none` }), { status: 400 })
  t.ok(await connect(t, service.address, { path, origin: 'https://good.example' }).next('connected'))
})

t.test('The limits of users and addresses hold for those with a ticket', async (t) => {
  const service = await startService(t, { WS_MAX_CONNECTIONS_PER_USER: '1', WS_USER_LIMIT_POLICY: 'reject' })
  const [one, other] = [await ticketFor(service, 'ada'), await ticketFor(service, 'ada')]
  await connect(t, service.address, { path: `/ws?ticket=${one}` }).next('connected')
  t.match(await refusedHandshake(t, service.address, { path: `/ws?ticket=${other}` }), { status: 429 })
})
