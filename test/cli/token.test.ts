import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt } from 'jose'
import t from 'tap'
import { connect } from '../client.ts'
import { getJson, SECRET, startService } from '../helper.ts'
import { cli } from '../support/cli-world.ts'

const env = { JWT_SECRET: SECRET }

t.test('a token is printed alone, so that a program can take it', async (t) => {
  const { code, stdout, stderr } = await cli(['token', '--sub', 'ada'], env)
  t.equal(code, 0)
  t.equal(stderr, '')
  t.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
})

t.test('a token is valid for an hour unless it says otherwise', async (t) => {
  const lifetimeOf = (token: string) => (decodeJwt(token).exp ?? 0) - (decodeJwt(token).iat ?? 0)
  t.equal(lifetimeOf((await cli(['token', '--sub', 'ada'], env)).stdout), 3_600)
  t.equal(lifetimeOf((await cli(['token', '--sub', 'ada', '--expires-in', '7d'], env)).stdout), 604_800)
})

t.test('a token of the token maker opens a socket, with its name and role (S3-07)', async (t) => {
  const service = await startService(t, { JWT_ISSUER: 'me', JWT_AUDIENCE: 'hub' })
  const settings = { ...env, JWT_ISSUER: 'me', JWT_AUDIENCE: 'hub' }
  const { stdout } = await cli(['token', '--sub', 'ada', '--name', 'Ada', '--role', 'chief', '--role', 'admin'], settings)
  const { payload } = await connect(t, service.address, { token: stdout.trim() }).next('connected')
  t.match(payload, { user_id: 'ada', name: 'Ada', role: 'chief' })
})

t.test('an admin token of the token maker opens the admin routes (S3-07)', async (t) => {
  const service = await startService(t)
  const { stdout } = await cli(['token', '--sub', 'root', '--role', 'admin'], env)
  const { status } = await getJson(service, '/ws/stats', { headers: { authorization: `Bearer ${stdout.trim()}` } })
  t.equal(status, 200)
})

t.test('claims of other names are read by a service with the same settings', async (t) => {
  const names = { JWT_USER_CLAIM: 'uid', JWT_NAME_CLAIM: 'nick', JWT_ROLE_CLAIM: 'rank' }
  const service = await startService(t, names)
  const { stdout } = await cli(['token', '--sub', 'ada', '--name', 'Ada', '--role', 'chief'], { ...env, ...names })
  const { payload } = await connect(t, service.address, { token: stdout.trim() }).next('connected')
  t.match(payload, { user_id: 'ada', name: 'Ada', role: 'chief' })
})

t.test('without a key it says which setting it wants', async (t) => {
  t.match(await cli(['token', '--sub', 'ada']), { code: 2, stdout: '', stderr: /JWT_SECRET is not set/ })
})

t.test('where a login service has the key it says so', async (t) => {
  const JWT_PUBLIC_KEY = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
  for (const settings of [{ JWT_PUBLIC_KEY }, { JWT_JWKS_URL: 'https://login/keys' }]) {
    const { code, stderr } = await cli(['token', '--sub', 'ada'], settings)
    t.equal(code, 2)
    t.match(stderr, new RegExp(`JWT_SECRET is not set: with ${Object.keys(settings)[0]} the tokens come from the login service`))
  }
})

t.test('the secret may stand in a file', async (t) => {
  const file = `${t.testdir({ 'hub.json': JSON.stringify({ jwt_secret: SECRET }) })}/hub.json`
  t.equal((await cli(['token', '--sub', 'ada', '--config', file])).code, 0)
})

t.test('a token without a user is refused', async (t) => {
  t.match(await cli(['token'], env), { code: 2, stderr: /^wshub: --sub: expected/ })
})

t.test('what a service would not read from the token is refused by the name of its flag', async (t) => {
  const long = 'x'.repeat(257)
  t.match(await cli(['token', '--sub', long], env), { code: 2, stdout: '', stderr: /^wshub: --sub: / })
  t.match(await cli(['token', '--sub', 'a', '--name', long], env), { code: 2, stdout: '', stderr: /^wshub: --name: / })
  t.match(await cli(['token', '--sub', 'a', '--role', 'b', '--role', long], env), { code: 2, stdout: '', stderr: /^wshub: --role: / })
})

t.test('a bad lifetime is refused', async (t) => {
  t.match(await cli(['token', '--sub', 'ada', '--expires-in', '1'], env), { code: 2, stdout: '', stderr: /--expires-in/ })
})

t.test('the secret is in no complaint', async (t) => {
  const { code, stderr } = await cli(['token', '--sub', 'ada'], { JWT_SECRET: 'canary' })
  t.equal(code, 2)
  t.match(stderr, /JWT_SECRET: /)
  t.notMatch(stderr, /canary/)
})
