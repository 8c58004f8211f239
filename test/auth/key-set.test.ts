import t from 'tap'
import { keyFromSet, KeySetError, type KeySetOptions } from '../../src/auth/key-set.ts'
import { makeKey } from '../support/forge.ts'
import { startKeyServer } from '../support/key-server.ts'

const rules: KeySetOptions = { algorithms: ['RS256', 'ES256', 'EdDSA'], timeoutMs: 500 }
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

t.test('A failure is not remembered', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  const findKey = keyFromSet(server.url, rules)
  server.mood = 500
  await t.rejects(findKey({ alg: 'RS256', kid: 'k1' }), KeySetError)
  server.mood = 200
  t.equal(await findKey({ alg: 'RS256', kid: 'k1' }), rsa.pem)
})

t.test('Two keys that would fit a header without an id are none', async (t) => {
  const server = await startKeyServer(t, [rsa.jwk('k1'), makeKey('RS256').jwk('k2')])
  await t.rejects(keyFromSet(server.url, rules)({ alg: 'RS256' }), { code: 'ERR_JWKS_MULTIPLE_MATCHING_KEYS' })
})

t.test('A private key in the set is not used', async (t) => {
  const server = await startKeyServer(t, [{ ...rsa.jwk('k1'), kty: 'oct', k: 'c2VjcmV0' }])
  await t.rejects(keyFromSet(server.url, rules)({ alg: 'RS256', kid: 'k1' }), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
})
