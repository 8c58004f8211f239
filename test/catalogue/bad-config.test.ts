import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { listSettings } from '../../config/env-schema.ts'
import { problemsOf } from '../config/problems-of.ts'
import { cli } from '../support/cli-world.ts'

const CANARY = 'canary-0451'
const GOOD = { NODE_ENV: 'production', JWT_SECRET: 'a good secret of more than 32 bytes' }
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
const pem = (key: KeyObject, type: 'spki' | 'pkcs8') => key.export({ type, format: 'pem' }).toString()
const INFINITE = ['Infinity', '-Infinity', 'NaN', '1e999', '1e3', '9'.repeat(400), '0x10', '-1']

/** A setting, values that must not start a service, and what must be said of them. */
const refused: ReadonlyArray<readonly [name: string, values: readonly string[], message: RegExp]> = [
  ['JWT_SECRET', ['', ' '], /JWT_SECRET: /],
  ['JWT_SECRET', [CANARY, `${CANARY}${'x'.repeat(20)}`], /JWT_SECRET: expected at least 32 bytes, got \d+/],
  ['JWT_SECRET', [pem(rsa.publicKey, 'spki'), pem(rsa.privateKey, 'pkcs8'), JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))], /JWT_SECRET: expected a random secret, not a PEM/],
  ['JWT_PUBLIC_KEY', [pem(rsa.privateKey, 'pkcs8')], /JWT_PUBLIC_KEY: expected a public key, got a private one/],
  ['JWT_PUBLIC_KEY', [CANARY, pem(rsa.publicKey, 'spki').replaceAll('PUBLIC KEY', 'CERTIFICATE')], /JWT_PUBLIC_KEY: expected exactly one public key in PEM form/],
  ['JWT_PUBLIC_KEY', [pem(weak.publicKey, 'spki')], /JWT_PUBLIC_KEY: /],
  ['JWT_SECRET_NEXT', [CANARY, pem(rsa.publicKey, 'spki')], /JWT_SECRET_NEXT: expected/],
  ['TRUST_PROXY', ['true', '1', '2', 'yes', '*', 'loopback', '0.0.0.0/0', '::/0'], /TRUST_PROXY: expected a list of IP addresses/],
  ['WS_HISTORY_RULES', ['all', 'all=50', 'all=many/60s', 'lobby=5/1m', 'room:*=Infinity/1h', 'room:*=5/Infinity', 'all=0,all=5/1m'], /WS_HISTORY_RULES: expected .*got /s],
  ['NATS_SUBJECTS', ['nonsense', 'a -> nobody', 'a -> users', '-> all'], /NATS_SUBJECTS: /],
  ['WS_ROOM_POLICY', ['team:*', 'team:*=open', '=private', 'team=private+secret'], /WS_ROOM_POLICY: expected .*, got (?:team:\*|=private|team=private\+secret)/],
  ['REDIS_URL', [`http://user:${CANARY}@host`, `redis://user:${CANARY}@host/x`], /REDIS_URL: /],
  ['NATS_URL', [`http://user:${CANARY}@host`], /NATS_URL: /]
]

for (const [name, values, message] of refused) {
  t.test(`b23: a start with a bad ${name} is refused by name (${String(message)}), and no secret is shown`, async (t) => {
    for (const value of values) {
      const keys = name === 'JWT_PUBLIC_KEY' ? { NODE_ENV: 'production' } : GOOD
      const { code, stdout, stderr } = await cli(['start'], { PORT: '0', HOST: '127.0.0.1', ...keys, [name]: value })
      t.equal(code, 2, value)
      t.equal(stdout, '')
      t.match(stderr, message)
      t.notMatch(stderr, new RegExp(`${CANARY}|a good secret|PRIVATE KEY|[A-Za-z0-9+/]{40}|    at `), value)
    }
  })
}

t.test('b23: no number and no time may be infinite, negative or written in another way', async (t) => {
  const settings = listSettings().filter(({ kind }) => kind === 'integer' || kind === 'bytes' || kind === 'duration')
  t.ok(settings.length > 20)
  for (const { env } of settings) {
    for (const value of INFINITE) t.match(problemsOf({ [env]: value }), [new RegExp(`^${env}: expected`)], `${env}=${value}`)
    for (const value of ['Infinitys', 'NaNms', '1e9s', '-1s', `${'9'.repeat(400)}s`]) t.match(problemsOf({ [env]: value }), [new RegExp(`^${env}: expected`)], `${env}=${value}`)
  }
})

t.test('b23: all that is bad is told at once', async (t) => {
  const { code, stderr } = await cli(['start'], { NODE_ENV: 'production', JWT_SECRET: CANARY, TRUST_PROXY: 'true', WS_PONG_WAIT: 'Infinity', WS_HISTORY_RULES: 'all' })
  t.equal(code, 2)
  for (const name of ['JWT_SECRET', 'TRUST_PROXY', 'WS_PONG_WAIT', 'WS_HISTORY_RULES']) t.match(stderr, new RegExp(`^ {2}${name}: `, 'm'))
  t.notMatch(stderr, CANARY)
})
