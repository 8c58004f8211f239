import t from 'tap'
import { keyFromSet, KeySetError, type KeySetOptions } from '../../src/auth/key-set.ts'
import { KeySetUpkeep } from '../../src/auth/key-set-upkeep.ts'
import { until } from '../helper.ts'
import { makeKey } from '../support/forge.ts'
import { startKeyServer } from '../support/key-server.ts'

const rules: KeySetOptions = { algorithms: ['RS256', 'ES256', 'EdDSA'], timeoutMs: 5_000 }
const rsa = makeKey('RS256')
const ed = makeKey('EdDSA')

t.test('A key is found by its id and algorithm, with one request for all', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1'), ed.jwk('k2')])
  const findKey = keyFromSet(server.url, rules)
  t.equal(await findKey({ alg: 'RS256', kid: 'k1' }), rsa.pem)
  t.equal(await findKey({ alg: 'EdDSA', kid: 'k2' }), ed.pem)
  t.equal(await findKey({ alg: 'RS256' }), rsa.pem, 'the only key of its kind needs no id')
  t.equal(server.requests.length, 1)
})

t.test('A header of another algorithm or an odd id costs no request', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  const findKey = keyFromSet(server.url, { ...rules, algorithms: ['RS256'] })
  for (const header of [{ alg: 'ES256' }, { alg: 'HS256' }, { alg: 'none' }, { alg: 'RS256', kid: 7 }, { alg: 'RS256', kid: null }, {}, undefined, 'x']) {
    await t.rejects(findKey(header), { message: 'the token is of no accepted algorithm' })
  }
  t.equal(server.requests.length, 0)
})

t.test('Unknown ids have the set fetched at most once in the cool-down', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  const findKey = keyFromSet(server.url, rules)
  const unknown = Array.from({ length: 50 }, (_, index) => findKey({ alg: 'RS256', kid: `no-${index}` }))
  const outcomes = await Promise.allSettled(unknown)
  t.ok(outcomes.every(({ status }) => status === 'rejected'))
  t.equal(server.requests.length, 1)
  t.equal(await findKey({ alg: 'RS256', kid: 'k1' }), rsa.pem, 'a known one is still fine')
})

t.test('A new key is found after the cool-down, and a removed one is gone when the set is old', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  const findKey = keyFromSet(server.url, { ...rules, cooldownMs: 0, maxAgeMs: 0 })
  await findKey({ alg: 'RS256', kid: 'k1' })
  server.keys = [ed.jwk('k2')]
  t.equal(await findKey({ alg: 'EdDSA', kid: 'k2' }), ed.pem)
  await t.rejects(findKey({ alg: 'RS256', kid: 'k1' }))
})

t.test('A key server that fails, sends nonsense or sends nothing is told from a missing key', async (t) => {
  const server = await startKeyServer(t)
  for (const mood of [500, 404, 302, 'hang'] as const) {
    server.mood = mood
    await t.rejects(keyFromSet(server.url, { ...rules, timeoutMs: 50 })({ alg: 'RS256', kid: 'k1' }), KeySetError, String(mood))
  }
  server.mood = 200
  server.keys = ['nonsense']
  await t.rejects(keyFromSet(server.url, rules)({ alg: 'RS256', kid: 'k1' }), KeySetError)
})

t.test('After a failure nothing is asked for a while, and the answer is there at once; then all is well again', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  const findKey = keyFromSet(server.url, { ...rules, failureGapMs: 100 })
  server.mood = 500
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => findKey({ alg: 'RS256', kid: 'k1' })))
  t.ok(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason instanceof KeySetError))
  await t.rejects(findKey({ alg: 'RS256', kid: 'k1' }), KeySetError)
  t.equal(server.requests.length, 1)
  server.mood = 200
  await until(() => findKey({ alg: 'RS256', kid: 'k1' }).then(() => true, () => false))
  t.equal(server.requests.length, 2, 'only what was asked after the gap')
})

t.test('The gap grows with each failure, up to eight times the first', async (t) => {
  let now = 1_000
  t.intercept(performance, 'now', { value: () => now })
  let fetches = 0
  const upkeep = new KeySetUpkeep(async () => { fetches += 1; throw new Error('away') }, { maxAgeMs: 600_000, cooldownMs: 30_000, failureGapMs: 1_000 })
  const at: number[] = []
  for (let step = 0; step < 600; step += 1, now += 100) {
    const before = fetches
    await t.rejects(async () => { await upkeep.ready() }, KeySetError)
    if (fetches > before) at.push(now)
  }
  t.same(at.slice(1, 7).map((time, index) => time - (at[index] ?? 0)), [1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
})

t.test('While the key server is away known keys are good for as long as their set counts, and no longer; nobody waits', async (t) => {
  let now = 1_000
  t.intercept(performance, 'now', { value: () => now })
  let isAway = false
  let fetches = 0
  const upkeep = new KeySetUpkeep(async () => {
    fetches += 1
    if (isAway) throw new Error('away')
  }, { maxAgeMs: 600_000, cooldownMs: 30_000, failureGapMs: 1_000 })
  await upkeep.ready()
  isAway = true
  now += 40_000
  await t.rejects(upkeep.renewed(), KeySetError, 'of an unknown key nothing can be said')
  t.equal(upkeep.ready(), undefined)
  now += 500_000
  t.equal(upkeep.ready(), undefined, 'asked for on the side')
  t.equal(fetches, 3)
  now += 60_000
  await t.rejects(async () => { await upkeep.ready() }, KeySetError)
  isAway = false
  now += 10_000
  await upkeep.ready()
  t.equal(await upkeep.renewed(), false, 'a young set is not asked for again')
})

t.test('From half of its time on a set is fetched anew before anybody has to wait for it', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  let now = 1_000
  t.intercept(performance, 'now', { value: () => now })
  const findKey = keyFromSet(server.url, rules)
  await findKey({ alg: 'RS256', kid: 'k1' })
  now += 300_000
  server.mood = 'hang'
  for (let count = 0; count < 20; count += 1) t.equal(await findKey({ alg: 'RS256', kid: 'k1' }), rsa.pem)
  await until(() => server.requests.length === 2)
  t.equal(server.requests.length, 2)
})

t.test('A key of the set that cannot be read is the fault of the set', async (t) => {
  const server = await startKeyServer(t, [{ ...rsa.jwk('k1'), n: undefined }])
  await t.rejects(keyFromSet(server.url, rules)({ alg: 'RS256', kid: 'k1' }), KeySetError)
})

t.test('Two keys that would fit a header without an id are none', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1'), makeKey('RS256').jwk('k2')])
  await t.rejects(keyFromSet(server.url, rules)({ alg: 'RS256' }), { code: 'ERR_JWKS_MULTIPLE_MATCHING_KEYS' })
})

t.test('A private key in the set is not used', async (t) => {
  const server = await startKeyServer(t, [{ ...rsa.jwk('k1'), kty: 'oct', k: 'c2VjcmV0' }])
  await t.rejects(keyFromSet(server.url, rules)({ alg: 'RS256', kid: 'k1' }), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
})
