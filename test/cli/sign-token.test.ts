import { jwtVerify } from 'jose'
import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { signToken, userClaims } from '../../src/cli/sign-token.ts'
import { SECRET } from '../helper.ts'

const key = new TextEncoder().encode(SECRET)
const signing = { secret: SECRET, lifetimeMs: 90_000 }

t.test('a token always ends, after its lifetime', async (t) => {
  const { payload } = await jwtVerify(await signToken({ id: 'ada' }, loadConfig({}).config, signing), key, { algorithms: ['HS256'] })
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 90)
  t.equal(payload.sub, 'ada')
})

t.test('issuer and audience stand in the token when the settings want them', async (t) => {
  const { config } = loadConfig({ JWT_ISSUER: 'https://login', JWT_AUDIENCE: 'hub' })
  const token = await signToken({ id: 'ada' }, config, signing)
  t.ok(await jwtVerify(token, key, { issuer: 'https://login', audience: 'hub', requiredClaims: ['iss', 'aud', 'exp'] }))
})

t.test('what the settings do not want is left out', async (t) => {
  const { payload } = await jwtVerify(await signToken({ id: 'ada' }, loadConfig({}).config, signing), key)
  t.same(Object.keys(payload).sort(), ['exp', 'iat', 'sub'])
})

t.test('the claims have the names that the settings give', async (t) => {
  const { config } = loadConfig({ JWT_USER_CLAIM: 'uid,sub', JWT_NAME_CLAIM: 'nick', JWT_ROLE_CLAIM: 'rank' })
  t.same(userClaims({ id: '7', name: 'Ada', roles: ['chief'] }, config), { uid: '7', nick: 'Ada', rank: 'chief' })
})

t.test('several roles stand in a list, the first of them also alone', async (t) => {
  t.same(userClaims({ id: '7', roles: ['a', 'b'] }, loadConfig({}).config), { sub: '7', role: 'a', roles: ['a', 'b'] })
})
