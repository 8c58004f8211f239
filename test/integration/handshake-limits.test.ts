import t from 'tap'
import { connectAs, startService, tokenFor, until, type Teardown } from '../helper.ts'
import { connect, refusedHandshake } from '../client.ts'
import { makeKey } from '../support/forge.ts'
import { startKeyServer } from '../support/key-server.ts'

t.test('c4: A place on a full node is free again when a connection ends', async (t) => {
  const service = await startService(t, { WS_MAX_CONNECTIONS: '1' })
  const first = await connectAs(t, service, 'first')
  t.match(await refusedHandshake(t, service.address, { token: await tokenFor({ sub: 'second' }) }), { status: 503 })
  await first.close()
  await until(() => service.app.hub.size === 0)
  t.ok(await connectAs(t, service, 'second'))
})

t.test('c4: With reject a user has as many connections as the limit says and no more', async (t) => {
  const service = await startService(t, { WS_MAX_CONNECTIONS_PER_USER: '2', WS_USER_LIMIT_POLICY: 'reject' })
  const [first] = [await connectAs(t, service, 'ada'), await connectAs(t, service, 'ada')]
  const refusal = await refusedHandshake(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  t.match(refusal, { status: 429, body: { error: 'too many connections of this user', code: 'RATE_LIMIT' }, headers: { 'retry-after': /^\d+$/ } })
  t.ok(await connectAs(t, service, 'bob'), 'another user comes in')
  t.strictSame(await first.drain(), [], 'the older ones stay')
})

t.test('An address has as many connections as the limit says, whoever they are of', async (t) => {
  const service = await startService(t, { WS_MAX_CONNECTIONS_PER_IP: '2' })
  const first = await connectAs(t, service, 'ada')
  await connectAs(t, service, 'bob')
  t.match(await refusedHandshake(t, service.address, { token: await tokenFor({ sub: 'eve' }) }), { status: 429 })
  await first.close()
  await until(() => service.app.hub.size === 1)
  t.ok(await connectAs(t, service, 'eve'))
})

t.test('M12: Behind a trusted proxy the address is the one that the proxy saw, IPv6 counted by its /64', async (t) => {
  const service = await startService(t, { WS_MAX_CONNECTIONS_PER_IP: '1', TRUST_PROXY: '127.0.0.0/8' })
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
  await connectAs(t, service, 'a', from('2001:db8:0:1::1'))
  await connectAs(t, service, 'b', from('192.0.2.1'))
  const token = await tokenFor({ sub: 'c' })
  for (const address of ['2001:db8:0:1::2', '2001:DB8::1:ffff:0:0:9', '192.0.2.1', '::ffff:192.0.2.1', '6.6.6.6, 192.0.2.1']) {
    t.match(await refusedHandshake(t, service.address, { token, ...from(address) }), { status: 429 }, address)
  }
  t.ok(await connectAs(t, service, 'd', from('2001:db8:0:2::1')), 'another network')
  t.ok(await connectAs(t, service, 'e', from('192.0.2.2')), 'another address')
})

t.test('c2, M12: Without a trusted proxy X-Forwarded-For changes nothing', async (t) => {
  const service = await startService(t, { WS_HANDSHAKE_RATE: '2', TRUST_PROXY: '192.0.2.0/24' })
  const attempt = async (address: string) => (await refusedHandshake(t, service.address, { headers: { 'x-forwarded-for': address } })).status
  t.strictSame([await attempt('1.1.1.1'), await attempt('2.2.2.2'), await attempt('3.3.3.3')], [401, 401, 429])
})

t.test('c1: Handshakes of one address do not use up the rate of another', async (t) => {
  const service = await startService(t, { WS_HANDSHAKE_RATE: '1', TRUST_PROXY: '127.0.0.1' })
  const attempt = async (address: string) => (await refusedHandshake(t, service.address, { headers: { 'x-forwarded-for': address } })).status
  t.strictSame([await attempt('1.1.1.1'), await attempt('1.1.1.1'), await attempt('2.2.2.2')], [401, 429, 401])
})

/** How many of twenty handshakes get in that all wait for the key server and go on in the same turn. */
async function admittedAtOnce (t: Teardown, env: Record<string, string>, userOf: (index: number) => string): Promise<number> {
  const key = makeKey('RS256')
  const keyServer = await startKeyServer(t, [key.jwk('k1')])
  keyServer.mood = 'hang'
  const service = await startService(t, { ...env, JWT_SECRET: '', JWT_JWKS_URL: keyServer.url })
  const clients = Array.from({ length: 20 }, (_, index) => (
    connect(t, service.address, { token: key.token({ sub: userOf(index) }, { kid: 'k1' }) })
  ))
  await until(() => service.logs.filter(({ msg }) => msg === 'incoming request').length === clients.length && keyServer.requests.length === 1)
  keyServer.release()
  const outcomes = await Promise.allSettled(clients.map((client) => client.next('connected')))
  return outcomes.filter(({ status }) => status === 'fulfilled').length
}

t.test('Of many handshakes at the same moment no more come in than the limit of the user says', async (t) => {
  t.equal(await admittedAtOnce(t, { WS_MAX_CONNECTIONS_PER_USER: '3', WS_USER_LIMIT_POLICY: 'reject' }, () => 'ada'), 3)
})

t.test('Of many handshakes at the same moment no more come in than the limit of the address says', async (t) => {
  t.equal(await admittedAtOnce(t, { WS_MAX_CONNECTIONS_PER_IP: '3' }, (index) => `u${index}`), 3)
})

t.test('Of many handshakes at the same moment no more come in than the node has room for', async (t) => {
  t.equal(await admittedAtOnce(t, { WS_MAX_CONNECTIONS: '3' }, (index) => `u${index}`), 3)
})

t.test('A dialect that nobody knows, or another than the subprotocol\'s, is refused with 400', async (t) => {
  const { address } = await startService(t)
  const token = await tokenFor({ sub: 'ada' })
  for (const path of ['/ws?dialect=hub.v9', '/ws?dialect=', '/ws?dialect=hub.v1&dialect=hub.v1', '/ws?dialect=__proto__', '/ws?dialect=HUB.V1']) {
    t.match(await refusedHandshake(t, address, { path, token }), { status: 400, body: { error: /\/dialect: expected/, code: 'BAD_REQUEST' } }, path)
  }
  const different = { path: '/ws?dialect=hub.v9', protocols: ['hub.v1'], token }
  t.match(await refusedHandshake(t, address, different), { status: 400, body: { error: /the same as the subprotocol hub\.v1/ } })
})

t.test('A dialect may be named in the query, in the subprotocol, in both, or be left out', async (t) => {
  const { address } = await startService(t)
  const token = await tokenFor({ sub: 'ada' })
  for (const options of [{}, { path: '/ws?dialect=hub.v1' }, { protocols: ['hub.v1'] }, { path: '/ws?dialect=hub.v1', protocols: ['hub.v1'] }]) {
    t.equal((await connect(t, address, { token, ...options }).next('connected')).payload['dialect'], 'hub.v1')
  }
})
