import t from 'tap'
import { getJson, startService, until, type Teardown } from '../helper.ts'
import { connect, refusedHandshake } from '../client.ts'
import { forge, inAnHour, makeKey } from '../support/forge.ts'
import { startKeyServer, type KeyServer } from '../support/key-server.ts'

const rsa = makeKey('RS256')
const unauthorized = { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } }

async function serviceWith (t: Teardown, { url }: KeyServer, env: Record<string, string> = {}) {
  return await startService(t, { JWT_SECRET: '', JWT_JWKS_URL: url, ...env })
}

t.test('Tokens of every key of the set are good', async (t) => {
  const keys = [rsa, makeKey('ES256'), makeKey('EdDSA')]
  const server = await startKeyServer(t, keys.map((key) => key.jwk(`of-${key.alg}`)))
  const { address } = await serviceWith(t, server)
  for (const key of keys) {
    const client = connect(t, address, { token: key.token({ sub: key.alg }, { kid: `of-${key.alg}` }) })
    t.match((await client.next('connected')).payload, { user_id: key.alg })
  }
  t.equal(server.requests.length, 1, 'asked once for all')
})

t.test('b7: An unknown key id is refused, whatever it looks like, and known ones stay good', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  const { address } = await serviceWith(t, server)
  for (const kid of ['k2', '../../etc/passwd', "' OR 1=1", '__proto__', 'constructor', '', 'k'.repeat(10_000), 7, null, ['k1']]) {
    const token = forge({ alg: 'RS256', kid }, { sub: 'mallory', exp: inAnHour() }, rsa.sign)
    t.match(await refusedHandshake(t, address, { token }), unauthorized, JSON.stringify(kid).slice(0, 20))
  }
  t.equal((await connect(t, address, { token: rsa.token({ sub: 'u' }, { kid: 'k1' }) }).next('connected')).payload['user_id'], 'u')
  t.equal(server.requests.length, 1)
})

t.test('A secret cannot sign for a key set', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  const { address } = await serviceWith(t, server)
  const token = forge({ alg: 'HS256', kid: 'k1' }, { sub: 'mallory', exp: inAnHour() })
  t.match(await refusedHandshake(t, address, { token }), unauthorized)
  t.equal(server.requests.length, 0)
})

t.test('b7: No address that a token names is ever asked', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  const evil = makeKey('RS256')
  const evilServer = await startKeyServer(t, [evil.jwk('k1'), evil.jwk('evil')])
  const { address } = await serviceWith(t, server)
  const places = { jku: evilServer.url, x5u: evilServer.url, jwk: evil.jwk('evil') }
  for (const kid of ['k1', 'evil', evilServer.url]) {
    const token = evil.token({ sub: 'mallory', iss: evilServer.url }, { kid, ...places })
    t.match(await refusedHandshake(t, address, { token }), unauthorized, kid)
  }
  t.strictSame(evilServer.requests, [])
  t.ok(server.requests.every((path) => path === '/keys'))
})

t.test('A redirect of the key server is not followed', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  server.mood = 302
  const { address } = await serviceWith(t, server)
  t.match(await refusedHandshake(t, address, { token: rsa.token({ sub: 'u' }, { kid: 'k1' }) }), { status: 503 })
})

t.test('A key server that is down makes a 503, and tokens are good again soon after it is back', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  server.mood = 500
  const { address, logs } = await serviceWith(t, server)
  const token = rsa.token({ sub: 'u' }, { kid: 'k1' })
  const refusal = await refusedHandshake(t, address, { token })
  t.match(refusal, { status: 503, body: { error: 'key server unavailable', code: 'UNAVAILABLE' }, headers: { 'retry-after': /^\d+$/ } })
  t.ok(logs.some(({ msg, level }) => msg === 'request failed' && level === 50), 'the log tells')
  server.mood = 200
  const headers = { authorization: `Bearer ${token}` }
  await until(async () => (await getJson({ address }, '/ws/ticket', { method: 'POST', headers })).status === 200, 50)
  t.equal((await connect(t, address, { token }).next('connected')).payload['user_id'], 'u')
})

t.test('c8: A key server that hangs makes a 503 within the handshake timeout', async (t) => {
  const server = await startKeyServer(t)
  server.mood = 'hang'
  const { address } = await serviceWith(t, server, { WS_HANDSHAKE_TIMEOUT: '400ms' })
  const token = rsa.token({ sub: 'u' }, { kid: 'k1' })
  t.match(await refusedHandshake(t, address, { token }), { status: 503, body: { code: 'UNAVAILABLE' } })
  const stats = await getJson({ address }, '/ws/stats', { headers: { authorization: `Bearer ${token}` } })
  t.match(stats, { status: 503, body: { code: 'UNAVAILABLE' } }, 'an answer, not a cut connection')
})

t.test('A browser is not told to get a new token while the key server is down', async (t) => {
  const server = await startKeyServer(t)
  server.mood = 500
  const { address } = await serviceWith(t, server)
  const token = rsa.token({ sub: 'u' }, { kid: 'k1' })
  t.match(await refusedHandshake(t, address, { token, origin: 'http://localhost' }), { status: 503 })
})
