import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import errorHandler from '../../plugins/error-handler.ts'
import jwt, { type JwtPluginOptions } from '../../plugins/jwt.ts'
import { SECRET, tokenFor, type Teardown } from '../helper.ts'
import { badTokens } from '../support/bad-tokens.ts'
import { forge, hmac, inAnHour, makeKey } from '../support/forge.ts'

type Answer = { status: number, body: Record<string, unknown> }

/** A bare application with the plugin and a route that says who asks. */
async function appWith (t: Teardown, options: Partial<JwtPluginOptions>): Promise<(token?: string) => Promise<Answer>> {
  const app: FastifyInstance = Fastify()
  t.teardown(() => app.close())
  await app.register(errorHandler)
  await app.register(jwt, { algorithms: ['HS256'], claims: { user: ['sub', 'user_id'], name: 'name', role: 'role' }, keyTimeoutMs: 1_000, ...options })
  app.get('/who', async (request) => await app.callers.of(request))
  return async (token) => {
    const answer = await app.inject({ url: '/who', headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
    return { status: answer.statusCode, body: answer.json() }
  }
}

const refused: Answer = { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } }

t.test('A token of the shared secret says who asks (S0-81, S0-85)', async (t) => {
  const who = await appWith(t, { secret: SECRET })
  const { status, body } = await who(await tokenFor({ sub: 'u1', name: 'Ada', role: 'driver' }))
  t.equal(status, 200)
  t.match(body, { userId: 'u1', name: 'Ada', roles: ['driver'] })
})

t.test('Without a token the answer is 401 in the documents\' words (S0-88, S1-08)', async (t) => {
  t.strictSame(await (await appWith(t, { secret: SECRET }))(), refused)
})

t.test('Whatever is wrong with a token, the answer is the same 401 (S0-84, S1-10)', async (t) => {
  const who = await appWith(t, { secret: SECRET })
  for (const [what, token] of Object.entries(badTokens())) t.strictSame(await who(token), refused, what)
})

t.test('b4: A token that has ended is refused, one that begins later too, and one about to end is good', async (t) => {
  const who = await appWith(t, { secret: SECRET })
  const now = Math.floor(Date.now() / 1000)
  t.strictSame(await who(await tokenFor({ sub: 'u', exp: now - 1 })), refused)
  t.strictSame(await who(await tokenFor({ sub: 'u', nbf: now + 30 })), refused)
  t.equal((await who(await tokenFor({ sub: 'u', exp: now + 30, nbf: now - 1 }))).status, 200)
})

for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) {
  t.test(`A public key verifies ${alg} tokens and no others`, async (t) => {
    const key = makeKey(alg)
    const who = await appWith(t, { publicKey: key.pem, algorithms: [alg] })
    t.match(await who(key.token({ sub: 'u1' })), { status: 200, body: { userId: 'u1' } })
    t.strictSame(await who(makeKey(alg).token({ sub: 'u1' })), refused, 'another key of the kind')
    t.strictSame(await who(await tokenFor({ sub: 'u1' })), refused, 'a token of a secret')
    t.strictSame(await who(forge({ alg: 'none' }, { sub: 'u1', exp: inAnHour() }, () => '')), refused, 'no signature')
  })
}

t.test('b3: The text of a public key is no secret that signs tokens', async (t) => {
  const key = makeKey('RS256')
  const who = await appWith(t, { publicKey: key.pem, algorithms: ['RS256'] })
  const claims = { sub: 'mallory', role: 'admin', exp: inAnHour() }
  for (const secret of [key.pem, key.pem.trim(), `\uFEFF${key.pem}`, `\n${key.pem}`, JSON.stringify(key.jwk('k1'))]) {
    t.strictSame(await who(forge({ alg: 'HS256' }, claims, hmac(secret))), refused)
    t.strictSame(await who(forge({ alg: 'RS256' }, claims, hmac(secret))), refused)
  }
})

t.test('b5: With an issuer set a token must name it, and only it', async (t) => {
  const who = await appWith(t, { secret: SECRET, issuer: 'https://login.example' })
  t.equal((await who(await tokenFor({ sub: 'u', iss: 'https://login.example' }))).status, 200)
  for (const iss of [undefined, null, '', 'https://evil.example', ['https://login.example'], ['https://evil.example', 'https://login.example']]) {
    t.strictSame(await who(await tokenFor({ sub: 'u', iss })), refused, JSON.stringify(iss))
  }
})

t.test('b5: With an audience set a token must be for it, alone or among others', async (t) => {
  const who = await appWith(t, { secret: SECRET, audience: 'hub' })
  t.equal((await who(await tokenFor({ sub: 'u', aud: 'hub' }))).status, 200)
  t.equal((await who(await tokenFor({ sub: 'u', aud: ['web', 'hub'] }))).status, 200)
  for (const aud of [undefined, null, '', 'hubs', ['web'], []]) t.strictSame(await who(await tokenFor({ sub: 'u', aud })), refused, JSON.stringify(aud))
})

t.test('A long audience is refused quickly', async (t) => {
  const who = await appWith(t, { secret: SECRET, audience: 'hub' })
  t.strictSame(await who(await tokenFor({ sub: 'u', aud: 'a'.repeat(50_000) })), refused)
})

t.test('The same token is good each time, and two that resemble each other keep their users', async (t) => {
  const who = await appWith(t, { secret: SECRET })
  const token = { ada: await tokenFor({ sub: 'ada' }), adb: await tokenFor({ sub: 'adb' }) }
  for (let round = 0; round < 50; round++) {
    t.equal((await who(token.ada)).body['userId'], 'ada')
    t.equal((await who(token.adb)).body['userId'], 'adb')
  }
})

t.test('With a second secret tokens of either are good, and what is wrong with one is wrong all the same', async (t) => {
  const secretNext = 'the secret that comes next, more than 32 bytes long'
  const who = await appWith(t, { secret: SECRET, secretNext, issuer: 'login', audience: 'hub' })
  const claims = { sub: 'ada', iss: 'login', aud: 'hub', exp: inAnHour() }
  const header = { alg: 'HS256' }
  for (const secret of [SECRET, secretNext]) {
    t.match(await who(forge(header, claims, hmac(secret))), { status: 200, body: { userId: 'ada' } })
    for (const wrong of [{ exp: 1 }, { exp: undefined }, { iss: 'evil' }, { aud: 'other' }, { nbf: inAnHour() }, { sub: undefined }]) {
      t.strictSame(await who(forge(header, { ...claims, ...wrong }, hmac(secret))), refused, JSON.stringify(wrong))
    }
    for (const wrong of [{ alg: 'HS512' }, { alg: 'none' }, { ...header, crit: ['x'] }, { ...header, typ: 'logout+jwt' }]) {
      t.strictSame(await who(forge(wrong, claims, hmac(secret))), refused, JSON.stringify(wrong))
    }
  }
  for (const secret of ['', `${SECRET}${secretNext}`, 'a third secret, which is long enough as well']) t.strictSame(await who(forge(header, claims, hmac(secret))), refused)
  t.strictSame(await who(forge(header, claims, () => '')), refused, 'no signature')
  for (const token of Object.values(badTokens())) t.strictSame(await who(token), refused)
})

t.test('Without it a token of another secret is refused', async (t) => {
  const who = await appWith(t, { secret: SECRET })
  t.strictSame(await who(forge({ alg: 'HS256' }, { sub: 'ada', exp: inAnHour() }, hmac('the secret that comes next, more than 32 bytes long'))), refused)
})

t.test('A plugin without any key does not start', async (t) => {
  await t.rejects(appWith(t, {}), { message: /expected one of secret, publicKey and jwksUrl/ })
  await t.rejects(appWith(t, { secret: '' }))
  await t.rejects(appWith(t, { publicKey: '' }))
})
