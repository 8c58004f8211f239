import t, { type Test } from 'tap'
import type { JwtPluginOptions } from '../../plugins/jwt.ts'
import { connect, refusedHandshake } from '../client.ts'
import { getJson, until } from '../helper.ts'
import { quick, startEmbedded, type Embedded } from '../support/embed.ts'
import { forge, inAnHour, makeKey } from '../support/forge.ts'
import { startKeyServer, type KeyServer } from '../support/key-server.ts'

const MANY = 10_000
const [old, next] = [makeKey('RS256'), makeKey('RS256')]

/** A service whose keys are those of a key server. */
async function startWith (t: Test, keys: unknown[], keySet: JwtPluginOptions['keySet']): Promise<{ server: KeyServer, service: Embedded }> {
  const server = await startKeyServer(t, keys)
  return { server, service: await startEmbedded(t, { ...quick, jwt: { jwksUrl: server.url, ...(keySet && { keySet }) } }) }
}

/** What becomes of so many tokens at once, each with a key id of its own that nobody has; by code. */
async function flood ({ app }: Embedded, count: number): Promise<string[]> {
  const tokens = Array.from({ length: count }, (_, index) => forge({ alg: 'RS256', kid: `nobody-${index}` }, { sub: 'mallory', exp: inAnHour() }, () => 'x'))
  const outcomes = await Promise.all(tokens.map(async (token) => {
    try {
      return (await app.callers.identify(token)).userId
    } catch (error) {
      return String((error as { code: unknown }).code)
    }
  }))
  return [...new Set(outcomes)]
}

/** Status of a request with the token; such a request tries it as the door does. */
async function statusOf (service: Embedded, token: string): Promise<number> {
  return (await getJson(service, '/ws/ticket', { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status
}

t.test('b8: 10,000 unknown key ids have the set fetched once, and known ones are good meanwhile', async (t) => {
  const { server, service } = await startWith(t, [old.jwk('k1')], undefined)
  t.same(await flood(service, MANY), ['UNAUTHORIZED'])
  t.equal(server.requests.length, 1)
  const token = old.token({ sub: 'ada' }, { kid: 'k1' })
  const [codes, ada] = await Promise.all([flood(service, MANY / 10), connect(t, service.address, { token }).next('connected')])
  t.same([codes, ada.payload['user_id']], [['UNAUTHORIZED'], 'ada'])
  t.equal(server.requests.length, 1)
})

t.test('b8: nor do they while the key server fails, and nobody whose key is known is locked out', async (t) => {
  const { server, service } = await startWith(t, [old.jwk('k1')], { cooldownMs: 0, failureGapMs: 3_600_000 })
  const token = old.token({ sub: 'ada' }, { kid: 'k1' })
  t.equal(await statusOf(service, token), 200)
  server.mood = 500
  for (let round = 0; round < 3; round += 1) t.same(await flood(service, MANY / 10), ['UNAVAILABLE'])
  t.equal(server.requests.length, 2, 'one try, and then the gap')
  t.equal((await connect(t, service.address, { token }).next('connected')).payload['user_id'], 'ada')
  t.match(await refusedHandshake(t, service.address, { token: next.token({ sub: 'ada' }, { kid: 'k2' }) }), { status: 503, body: { code: 'UNAVAILABLE' } })
})

t.test('b8: while a fetch is under way all wait for that one, but not those whose keys are known', async (t) => {
  const { server, service } = await startWith(t, [old.jwk('k1')], { cooldownMs: 0 })
  const token = old.token({ sub: 'ada' }, { kid: 'k1' })
  t.equal(await statusOf(service, token), 200)
  server.mood = 'hang'
  const flooding = flood(service, MANY / 10)
  await until(() => server.requests.length === 2)
  t.equal((await connect(t, service.address, { token }).next('connected')).payload['user_id'], 'ada')
  server.release()
  t.same(await flooding, ['UNAUTHORIZED'])
  t.equal(server.requests.length, 2)
})

t.test('b9: both keys are good while both are in the set, and the old one is refused once it was taken out', async (t) => {
  const { server, service } = await startWith(t, [old.jwk('k1')], { maxAgeMs: 400, cooldownMs: 0 })
  const tokens = { old: old.token({ sub: 'ada' }, { kid: 'k1' }), next: next.token({ sub: 'bob' }, { kid: 'k2' }) }
  const ada = connect(t, service.address, { token: tokens.old })
  await ada.next('connected')
  server.keys = [old.jwk('k1'), next.jwk('k2')]
  t.same([await statusOf(service, tokens.next), await statusOf(service, tokens.old)], [200, 200])
  server.keys = [next.jwk('k2')]
  await until(async () => await statusOf(service, tokens.old) === 401)
  t.match(await refusedHandshake(t, service.address, { token: tokens.old }), { status: 401 })
  t.equal((await connect(t, service.address, { token: tokens.next }).next('connected')).payload['user_id'], 'bob')
  t.match(await ada.request({ type: 'refresh_token', payload: { token: tokens.old } }), { payload: { code: 'UNAUTHORIZED' } })
  t.equal((await ada.request({ type: 'ping' })).type, 'pong', 'an open connection lasts to the end of its token')
})

t.test('b9: a set that is too old to count lets nobody in while the key server is away, and all as soon as it is back', async (t) => {
  const { server, service } = await startWith(t, [old.jwk('k1')], { maxAgeMs: 200, failureGapMs: 20 })
  const token = old.token({ sub: 'ada' }, { kid: 'k1' })
  t.equal(await statusOf(service, token), 200)
  server.mood = 500
  await until(async () => await statusOf(service, token) === 503)
  server.mood = 200
  await until(async () => await statusOf(service, token) === 200)
})
