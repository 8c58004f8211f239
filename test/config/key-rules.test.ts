import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { problemsOf } from './problems-of.ts'

const SECRET = 'canary-'.repeat(5)
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = generateKeyPairSync('ed25519')
const JWKS = 'https://id.example.com/.well-known/jwks.json'

const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString()
const rsaPem = spki(rsa.publicKey)

t.test('a secret of 32 bytes or more is taken as it is', async (t) => {
  t.match(loadConfig({ JWT_SECRET: SECRET }), { config: { jwtSecret: SECRET, jwtAlgorithms: ['HS256'] }, warnings: [] })
  t.equal(loadConfig({ JWT_SECRET: 'ü'.repeat(16) }).config.jwtSecret, 'ü'.repeat(16))
})

t.test('a secret that is too short is refused without being shown', async (t) => {
  t.same(problemsOf({ JWT_SECRET: 'canary' }), ['JWT_SECRET: expected at least 32 bytes, got 6'])
})

t.test('white space around a secret is kept, with a warning', async (t) => {
  const { config, warnings } = loadConfig({ JWT_SECRET: `${SECRET}\n` })
  t.equal(config.jwtSecret, `${SECRET}\n`)
  t.same(warnings, ['JWT_SECRET: begins or ends with white space, which is part of the secret'])
})

t.test('a public key in the place of the secret is refused, as anybody could sign with it', async (t) => {
  const jwk = JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))
  for (const material of [rsaPem, `\n${rsaPem}`, `\uFEFF${rsaPem}`, jwk, `{"keys":[${jwk}]}`, `ssh-ed25519 ${'A'.repeat(60)}`]) {
    t.same(problemsOf({ JWT_SECRET: material }), ['JWT_SECRET: expected a random secret, not a PEM, certificate, JWK or other key file'])
  }
})

t.test('a public key decides the algorithm', async (t) => {
  const read = [rsa, p256, ed25519].map(({ publicKey }) => loadConfig({ JWT_PUBLIC_KEY: spki(publicKey) }).config.jwtAlgorithms)
  t.same(read, [['RS256'], ['ES256'], ['EdDSA']])
})

t.test('a public key is given on in one clean form, however it was written', async (t) => {
  const pkcs1 = rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  const written = [rsaPem, rsaPem.replaceAll('\n', '\\n'), `\n \uFEFF${rsaPem}`, `\uFEFF${rsaPem}`, rsaPem.replaceAll('\n', '\r\n'), pkcs1]
  for (const text of written) t.equal(loadConfig({ JWT_PUBLIC_KEY: text }).config.jwtPublicKey, rsaPem)
})

t.test('anything but one public key in PEM form is refused', async (t) => {
  const jwk = JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))
  const certificate = rsaPem.replaceAll('PUBLIC KEY', 'CERTIFICATE')
  for (const text of [jwk, 'key.pem', certificate, `${rsaPem}${rsaPem}`, `${rsaPem}\ncanary`]) {
    t.same(problemsOf({ JWT_PUBLIC_KEY: text }), ['JWT_PUBLIC_KEY: expected exactly one public key in PEM form (BEGIN PUBLIC KEY)'])
  }
})

t.test('a private key is refused and not shown', async (t) => {
  const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  t.same(problemsOf({ JWT_PUBLIC_KEY: pem }), ['JWT_PUBLIC_KEY: expected a public key, got a private one'])
  t.same(problemsOf({ JWT_PUBLIC_KEY: `${rsaPem}${pem}` }), ['JWT_PUBLIC_KEY: expected a public key, got a private one'])
})

t.test('a public key that is damaged is refused', async (t) => {
  const damaged = `${rsaPem.slice(0, 60)}\n-----END PUBLIC KEY-----`
  t.same(problemsOf({ JWT_PUBLIC_KEY: damaged }), ['JWT_PUBLIC_KEY: expected a public key that can be read'])
})

t.test('a public key that is weak or of an unknown kind is refused', async (t) => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey
  const ed448 = generateKeyPairSync('ed448').publicKey
  for (const key of [weak, p384, ed448]) {
    t.same(problemsOf({ JWT_PUBLIC_KEY: spki(key) }),
      ['JWT_PUBLIC_KEY: expected an RSA key of 2048 bits or more, a P-256 key or an Ed25519 key'])
  }
})

t.test('a key set has all algorithms but the one with a shared secret', async (t) => {
  t.match(loadConfig({ JWT_JWKS_URL: JWKS }).config, { jwtJwksUrl: JWKS, jwtAlgorithms: ['RS256', 'ES256', 'EdDSA'] })
})

t.test('the address of a key set is an http or https URL without credentials, and is not shown', async (t) => {
  for (const url of ['id.example.com', 'ftp://id.example.com/canary', 'https://ada:canary@id.example.com/', 'file:///etc/canary']) {
    t.same(problemsOf({ JWT_JWKS_URL: url }), ['JWT_JWKS_URL: expected an http or https URL without credentials'])
  }
})

t.test('in production a key set comes over https or from this machine', async (t) => {
  const inProduction = (url: string) => problemsOf({ NODE_ENV: 'production', JWT_JWKS_URL: url })
  const refused = ['JWT_JWKS_URL: expected https in production, or an address of this machine']
  t.same(inProduction('http://id.example.com/jwks'), refused)
  t.same(inProduction('http://127.0.0.1.example.com/jwks'), refused)
  for (const url of [JWKS, 'http://localhost:8081/jwks', 'http://127.0.0.1/jwks', 'http://[::1]/jwks']) t.same(inProduction(url), [], url)
  t.same(problemsOf({ JWT_JWKS_URL: 'http://id.example.com/jwks' }), [])
})
