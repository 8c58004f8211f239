import { generateKeyPairSync } from 'node:crypto'
import Fastify from 'fastify'
import { SignJWT } from 'jose'
import t from 'tap'
import { toKeys } from '../../src/auth/token-keys.ts'
import { errorHandlerPlugin, jwtPlugin } from '../../src/index.ts'
import { SECRET } from '../helper.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const expiry = Math.floor(Date.now() / 1000) + 60

t.test('a public key alone takes only tokens of its own kind, none signed with the public key itself', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(errorHandlerPlugin)
  await app.register(jwtPlugin, { publicKey })
  app.get('/who', async (request) => await app.callers.of(request))
  const ask = async (token: string) => await app.inject({ url: '/who', headers: { authorization: `Bearer ${token}` } })
  const claims = { sub: 'ada', exp: expiry }
  const genuine = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(rsa.privateKey)
  const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(publicKey))
  t.match((await ask(genuine)).json(), { userId: 'ada' })
  t.equal((await ask(forged)).statusCode, 401)
})

t.test('keys of an application are checked as those of the settings are', async (t) => {
  const code = 'HUB_ERR_BAD_KEY'
  t.throws(() => toKeys({}), { code, message: 'expected one of secret, publicKey and jwksUrl, got 0' })
  t.throws(() => toKeys({ secret: SECRET, publicKey }), { code, message: /got 2$/ })
  t.throws(() => toKeys({ secret: 'short' }), { code, message: 'secret: expected at least 32 bytes, got 5' })
  t.throws(() => toKeys({ secret: publicKey }), { code, message: /^secret: expected a random secret/ })
  t.throws(() => toKeys({ publicKey: 'nonsense' }), { code, message: /^publicKey: expected/ })
  t.throws(() => toKeys({ jwksUrl: 'file:///keys' }), { code, message: /^jwksUrl: expected/ })
})

t.test('a second secret stands beside another one only', async (t) => {
  const code = 'HUB_ERR_BAD_KEY'
  const secretNext = `${SECRET}, the next`
  t.same(toKeys({ secret: SECRET, secretNext }), { secret: SECRET, secretNext, algorithms: ['HS256'] })
  t.throws(() => toKeys({ secret: SECRET, secretNext: SECRET }), { code, message: 'secretNext: expected another secret than secret' })
  t.throws(() => toKeys({ secret: SECRET, secretNext: 'short' }), { code, message: 'secretNext: expected at least 32 bytes, got 5' })
  t.throws(() => toKeys({ secret: SECRET, secretNext: publicKey }), { code, message: /^secretNext: expected a random secret/ })
  for (const keys of [{ publicKey }, { jwksUrl: 'https://keys.example/set' }]) t.throws(() => toKeys({ ...keys, secretNext }), { code, message: 'secretNext: expected only beside secret' })
})

t.test('an algorithm that does not fit the key is refused', async (t) => {
  t.throws(() => toKeys({ publicKey, algorithms: ['HS256'] }), { code: 'HUB_ERR_BAD_KEY', message: 'algorithms: expected only RS256, which fit the key, got HS256' })
  t.same(toKeys({ secret: SECRET }).algorithms, ['HS256'])
  t.same(toKeys({ jwksUrl: 'https://keys.example/set', algorithms: ['ES256'] }).algorithms, ['ES256'])
})
