import t from 'tap'
import { connectAs, startService, tokenFor, type TestService } from '../helper.ts'
import { refusedHandshake } from '../client.ts'
import { exchange, handshake } from '../support/http-peer.ts'

const OTHER_ORIGIN = 'https://evil.example'
const restrictive = { WS_ALLOWED_ORIGINS: 'https://good.example', WS_AUTH_REJECT: 'http' }
const notFound = { status: 404, body: { error: 'no such route', code: 'NOT_FOUND' } }
const unauthorized = { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } }
const busy = { status: 429, body: { error: 'too many requests', code: 'RATE_LIMIT' }, headers: { 'retry-after': /^\d+$/ } }
const full = { status: 503, body: { error: 'server is at maximum capacity', code: 'UNAVAILABLE' }, headers: { 'retry-after': /^\d+$/ } }

/** A service with its only place taken. */
async function fullService (env: Record<string, string> = {}): Promise<TestService> {
  const service = await startService(t, { WS_MAX_CONNECTIONS: '1', ...restrictive, ...env })
  await connectAs(t, service, 'first')
  return service
}

t.test('An unknown path is 404, before anything else is looked at', async (t) => {
  const { address } = await fullService()
  t.match(await refusedHandshake(t, address, { path: '/nowhere', origin: OTHER_ORIGIN }), notFound)
})

t.test('a18, M1: An upgrade of any other route is 400, before anything else is looked at', async (t) => {
  const { address } = await fullService()
  for (const path of ['/health', '/health/live', '/health/ready', '/ws/online', '/ws/stats', '/ws/broadcast', '/docs', '/docs/json', '/docs/static/index.html']) {
    const refusal = await refusedHandshake(t, address, { path, origin: OTHER_ORIGIN })
    t.match(refusal, { status: 400, body: { error: 'this route is no WebSocket route', code: 'BAD_REQUEST' } }, path)
  }
})

t.test('M21: A plain GET or HEAD of a socket path is 426 and says what to upgrade to, before the node\'s room is looked at', async (t) => {
  const { address } = await fullService()
  for (const path of ['/ws', '/api/v1/ws']) {
    const answer = await fetch(`${address}${path}`)
    t.equal(answer.status, 426)
    t.equal(answer.headers.get('upgrade'), 'websocket')
    t.strictSame(await answer.json(), { error: 'this route expects a WebSocket handshake', code: 'UPGRADE_REQUIRED' })
    t.equal((await fetch(`${address}${path}`, { method: 'HEAD' })).status, 426)
  }
})

t.test('A full node is 503, before the rate, the origin and the token', async (t) => {
  const { address } = await fullService({ WS_HANDSHAKE_RATE: '1' })
  t.match(await refusedHandshake(t, address, { origin: OTHER_ORIGIN }), full)
})

t.test('A draining node is 503 too, also when it has room', async (t) => {
  const { app, address } = await startService(t, restrictive)
  await app.drain.run()
  const refusal = await refusedHandshake(t, address, { origin: OTHER_ORIGIN })
  t.match(refusal, { ...full, body: { error: 'server is shutting down', code: 'UNAVAILABLE' } })
})

t.test('Too many handshakes are 429, before the origin and the token, and counted over both paths', async (t) => {
  const { address } = await startService(t, { ...restrictive, WS_HANDSHAKE_RATE: '2' })
  t.match(await refusedHandshake(t, address, { path: '/ws' }), unauthorized)
  t.match(await refusedHandshake(t, address, { path: '/api/v1/ws' }), unauthorized)
  t.match(await refusedHandshake(t, address, { path: '/ws', origin: OTHER_ORIGIN }), busy)
  t.match(await refusedHandshake(t, address, { path: '/api/v1/ws', token: await tokenFor({ sub: 'u' }) }), busy)
})

t.test('A rate of 0 lets any number of handshakes in', async (t) => {
  const { address } = await startService(t, { ...restrictive, WS_HANDSHAKE_RATE: '0' })
  for (let attempt = 0; attempt < 3; attempt++) t.match(await refusedHandshake(t, address), unauthorized)
})

t.test('A foreign origin is 403, before the token', async (t) => {
  const { address } = await startService(t, restrictive)
  const refusal = await refusedHandshake(t, address, { origin: OTHER_ORIGIN, token: 'bad' })
  t.match(refusal, { status: 403, body: { error: 'origin not allowed', code: 'FORBIDDEN' } })
})

t.test('A bad token is 401, before the limits of user and address (S0-88, S0-89)', async (t) => {
  const service = await startService(t, { ...restrictive, WS_MAX_CONNECTIONS_PER_IP: '1' })
  await connectAs(t, service, 'first')
  const refusal = await refusedHandshake(t, service.address, { token: 'bad' })
  t.match(refusal, unauthorized)
  t.strictSame(refusal.body, unauthorized.body, 'nothing else in the body')
})

t.test('The limits of user and address come last, with 429', async (t) => {
  const service = await startService(t, { ...restrictive, WS_MAX_CONNECTIONS_PER_IP: '1' })
  await connectAs(t, service, 'first')
  const refusal = await refusedHandshake(t, service.address, { token: await tokenFor({ sub: 'second' }) })
  t.match(refusal, { ...busy, body: { error: 'too many connections from this address', code: 'RATE_LIMIT' } })
})

t.test('A refused handshake ends its connection and says so', async (t) => {
  const { address } = await startService(t)
  t.match(await exchange(t, address, handshake()), { status: 401, headers: { connection: 'close' } })
})

t.test('A refusal is logged with the client\'s address and the true reason (S0-83, S0-90, S1-12)', async (t) => {
  const { address, logs } = await startService(t)
  await refusedHandshake(t, address)
  const line = logs.find(({ msg }) => msg === 'ws auth failed')
  t.match(line, { ip: '127.0.0.1', reason: /missing authentication token/ })
})
