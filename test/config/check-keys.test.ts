import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { problemsOf } from './problems-of.ts'

const JWT_SECRET = 'canary-'.repeat(5)
const JWT_PUBLIC_KEY = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
const JWT_JWKS_URL = 'https://id.example.com/jwks'

t.test('production is refused without a key', async (t) => {
  t.same(problemsOf({ NODE_ENV: 'production' }),
    ['JWT_SECRET: expected one of JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL in production, got none'])
  t.same(problemsOf({ NODE_ENV: 'production', WS_AUTH: 'optional', JWT_SECRET: '' }).length, 1)
})

t.test('each kind of key alone will do in production', async (t) => {
  for (const key of [{ JWT_SECRET }, { JWT_PUBLIC_KEY }, { JWT_JWKS_URL }]) t.same(problemsOf({ NODE_ENV: 'production', ...key }), [])
})

t.test('development without a key leaves the secret to the start and takes HS256', async (t) => {
  const { config } = loadConfig({})
  t.notOk('jwtSecret' in config)
  t.same(config.jwtAlgorithms, ['HS256'])
})

t.test('more than one kind of key is refused', async (t) => {
  t.same(problemsOf({ JWT_SECRET, JWT_PUBLIC_KEY }), ['JWT_SECRET, JWT_PUBLIC_KEY: expected one kind of key, got 2'])
  t.same(problemsOf({ JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL }), ['JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL: expected one kind of key, got 3'])
})

t.test('a second secret stands beside JWT_SECRET alone, and differs from it', async (t) => {
  const JWT_SECRET_NEXT = 'canary-next-'.repeat(4)
  t.match(loadConfig({ NODE_ENV: 'production', JWT_SECRET, JWT_SECRET_NEXT }).config, { jwtSecretNext: JWT_SECRET_NEXT, jwtAlgorithms: ['HS256'] })
  const alone = 'JWT_SECRET_NEXT: expected only beside JWT_SECRET'
  for (const key of [{}, { JWT_PUBLIC_KEY }, { JWT_JWKS_URL }]) t.same(problemsOf({ ...key, JWT_SECRET_NEXT }), [alone])
  t.same(problemsOf({ JWT_SECRET, JWT_PUBLIC_KEY, JWT_SECRET_NEXT }), ['JWT_SECRET, JWT_PUBLIC_KEY: expected one kind of key, got 2'])
  t.same(problemsOf({ JWT_SECRET, JWT_SECRET_NEXT: JWT_SECRET }), ['JWT_SECRET_NEXT: expected another secret than JWT_SECRET'])
  t.same(problemsOf({ JWT_SECRET, JWT_SECRET_NEXT: 'short' }), ['JWT_SECRET_NEXT: expected at least 32 bytes, got 5'])
  t.match(loadConfig({ JWT_SECRET, JWT_SECRET_NEXT: `${JWT_SECRET_NEXT} ` }).warnings, [/^JWT_SECRET_NEXT: begins or ends with white space/])
})

t.test('a key that is refused for itself is not called missing as well', async (t) => {
  t.same(problemsOf({ NODE_ENV: 'production', JWT_SECRET: 'short', JWT_ALGORITHMS: 'RS256' }), ['JWT_SECRET: expected at least 32 bytes, got 5'])
})

t.test('the accepted algorithms may be narrowed', async (t) => {
  t.same(loadConfig({ JWT_JWKS_URL, JWT_ALGORITHMS: 'ES256,eddsa' }).config.jwtAlgorithms, ['ES256', 'EdDSA'])
})

t.test('an algorithm that does not fit the key is refused', async (t) => {
  const problem = (fitting: string, got: string) => [`JWT_ALGORITHMS: expected only ${fitting}, which fit the key, got ${got}`]
  t.same(problemsOf({ JWT_SECRET, JWT_ALGORITHMS: 'HS256,RS256' }), problem('HS256', 'RS256'))
  t.same(problemsOf({ JWT_PUBLIC_KEY, JWT_ALGORITHMS: 'HS256' }), problem('EdDSA', 'HS256'))
  t.same(problemsOf({ JWT_PUBLIC_KEY, JWT_ALGORITHMS: 'RS256' }), problem('EdDSA', 'RS256'))
  t.same(problemsOf({ JWT_JWKS_URL, JWT_ALGORITHMS: 'HS256' }), problem('RS256, ES256, EdDSA', 'HS256'))
  t.same(problemsOf({ JWT_ALGORITHMS: 'RS256' }), problem('HS256', 'RS256'))
})

t.test('an algorithm that is not in the fixed list is refused', async (t) => {
  for (const algorithm of ['none', 'HS512', 'PS256', 'RS1']) {
    t.same(problemsOf({ JWT_SECRET, JWT_ALGORITHMS: algorithm }), [`JWT_ALGORITHMS: expected one of HS256, RS256, ES256, EdDSA, got ${algorithm}`])
  }
})
