import t from 'tap'
import { isAccessToken } from '../../src/auth/token-type.ts'

t.test('A token of no type, a JWT and an access token of RFC 9068 give access', async (t) => {
  for (const typ of [undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+JWT']) t.ok(isAccessToken({ alg: 'HS256', typ }), String(typ))
})

t.test('A token made for something else gives none', async (t) => {
  for (const typ of ['logout+jwt', 'dpop+jwt', 'JWE', '', null, 7, ['JWT']]) t.notOk(isAccessToken({ alg: 'HS256', typ }), String(typ))
})

t.test('What is no header gives no access', async (t) => {
  for (const header of [undefined, null, 'JWT', ['JWT']]) t.notOk(isAccessToken(header), String(header))
})
