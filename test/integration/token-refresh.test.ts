import t, { type Test } from 'tap'
import { connect, type TestClient } from '../client.ts'
import { connectAs, getJson, startService, tokenFor, until, type Claims } from '../helper.ts'
import { badTokens } from '../support/bad-tokens.ts'
import { forge, hmac, inAnHour, makeKey } from '../support/forge.ts'
import { startKeyServer } from '../support/key-server.ts'
import { startNodes } from '../support/nodes.ts'

const unauthorized = { type: 'error', payload: { code: 'UNAUTHORIZED', message: 'Authentication required', severity: 'security' } }
const rsa = makeKey('RS256')

/** Seconds since 1970, so many from now; a token may end between two of them. */
function inSeconds (seconds: number): number {
  return Date.now() / 1000 + seconds
}

async function refresh (client: TestClient, token: string) {
  return await client.request({ type: 'refresh_token', payload: { token } })
}

async function refreshAs (client: TestClient, claims: Claims) {
  return await refresh(client, await tokenFor(claims))
}

t.test('Who refreshes in time stays past the end of the first token, who does not is closed with 1008 (S3-67)', async (t) => {
  const service = await startService(t, { JWT_EXPIRY_NOTICE: '1s' })
  const first = inSeconds(2)
  const [ada, bob] = [await connectAs(t, service, { sub: 'ada', exp: first }), await connectAs(t, service, { sub: 'bob', exp: first })]
  for (const client of [ada, bob]) t.same((await client.next('token_expiring')).payload, { expires_at: new Date(first * 1000).toISOString() })
  t.match(await refreshAs(ada, { sub: 'ada' }), { type: 'token_refreshed', payload: { expires_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ } })
  t.same(await bob.closed, { code: 1008, reason: 'token expired' })
  t.ok(Date.now() >= first * 1000)
  await service.app.hub.broadcast({ type: 'later' })
  t.ok(await ada.next('later'))
  t.notOk(bob.inbox.some(({ type }) => type === 'later'))
})

t.test('Every token that the door refuses is refused here too, and the connection stays as it was (S0-84)', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '0' })
  const mallory = await connectAs(t, service, 'mallory')
  for (const [what, token] of Object.entries(badTokens())) t.match(await refresh(mallory, token), unauthorized, what)
  t.match(await mallory.request({ type: 'broadcast', payload: 1 }), { payload: { code: 'FORBIDDEN' } })
  t.same((await service.app.hub.stats()).by_role, { user: 1 })
})

t.test('A bad token is a line with its reason, no alarm and no stack, as anybody can send many (S1-64)', async (t) => {
  const service = await startService(t)
  const mallory = await connectAs(t, service, 'mallory')
  for (const token of ['garbage', await tokenFor({ sub: 'ada' })]) t.match(await refresh(mallory, token), unauthorized)
  const lines = service.logs.filter(({ msg }) => msg === 'WebSocket operation failed')
  t.match(lines, [{ reason: /malformed/ }, { reason: 'the token is another user\'s' }])
  for (const line of lines) t.match(line, { level: 30, user_id: 'mallory', error_code: 'UNAUTHORIZED', message_type: 'refresh_token', err: undefined })
  t.notOk(service.logs.some(({ level }) => level >= 40))
})

t.test('Issuer and audience are asked for as at the door', async (t) => {
  const service = await startService(t, { JWT_ISSUER: 'https://login.example', JWT_AUDIENCE: 'hub' })
  const claims = { sub: 'ada', iss: 'https://login.example', aud: 'hub' }
  const ada = await connectAs(t, service, claims)
  for (const changes of [{ iss: undefined }, { iss: 'https://evil.example' }, { aud: undefined }, { aud: 'other' }]) t.match(await refreshAs(ada, { ...claims, ...changes }), unauthorized)
  t.equal((await refreshAs(ada, { ...claims, aud: ['web', 'hub'] })).type, 'token_refreshed')
})

t.test('b12: Another user\'s good token is refused; the same user by another claim is not', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, '17')
  t.match(await refreshAs(ada, { sub: '18', role: 'admin' }), unauthorized)
  t.same((await service.app.hub.stats()).by_role, { user: 1 })
  t.equal(await service.app.hub.isOnline('18'), false)
  t.equal((await refreshAs(ada, { user_id: 17 })).type, 'token_refreshed')
})

t.test('Roles of the newer token reach their targets and give their rights', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, { sub: 'ada', role: 'driver' })
  await refreshAs(ada, { sub: 'ada', roles: ['dispatcher', 'admin'] })
  t.equal((await service.app.hub.toRole('driver', { type: 'x' })).recipients, 0)
  t.equal((await service.app.hub.toRole('dispatcher', { type: 'for dispatchers' })).recipients, 1)
  t.ok(await ada.next('for dispatchers'))
  t.equal((await ada.request({ type: 'broadcast', payload: 1 })).type, 'ack')
  t.same((await service.app.hub.stats()).by_role, { dispatcher: 1, admin: 1 })
})

t.test('A guest cannot become somebody', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  const guest = connect(t, service.address)
  const { payload } = await guest.next('connected')
  t.match(await refreshAs(guest, { sub: 'ada' }), unauthorized)
  t.match(await refreshAs(guest, { sub: payload['user_id'], role: 'admin' }), unauthorized)
})

t.test('No token is in the log, whatever becomes of it', async (t) => {
  const service = await startService(t, { LOG_LEVEL: 'trace', WS_MESSAGE_RATE: '0' })
  const ada = await connectAs(t, service, 'ada')
  const good = await tokenFor({ sub: 'ada', canary: 'of a claim' })
  const tokens = [good, await tokenFor({ sub: 'bob', canary: 'of a claim' }), `${good}x`, good.slice(0, -20), 'just some secret words', ...Object.values(badTokens())]
  for (const token of tokens) await refresh(ada, token)
  for (const payload of [[good], { token: [good] }, { token: { good } }, good]) await ada.request({ type: 'refresh_token', payload })
  const text = JSON.stringify(service.logs)
  t.ok(service.logs.some(({ msg }) => msg === 'token refreshed'))
  t.ok(service.logs.filter(({ error_code: code }) => code === 'UNAUTHORIZED').length > 10)
  const parts = tokens.flatMap((token) => [token, ...token.split('.')]).filter((part) => part.length >= 20)
  t.same(parts.filter((part) => text.includes(part)), [])
  for (const word of ['of a claim', 'just some secret words']) t.notOk(text.includes(word), word)
})

t.test('Tokens of a key set are refreshed by tokens of any of its keys, and no others', async (t) => {
  const [other, foreign] = [makeKey('ES256'), makeKey('RS256')]
  const server = await startKeyServer(t, [rsa.jwk('k1'), other.jwk('k2')])
  const service = await startService(t, { JWT_SECRET: '', JWT_JWKS_URL: server.url, JWT_ISSUER: 'login', JWT_AUDIENCE: 'hub', WS_MESSAGE_RATE: '0' })
  const ofAda = { sub: 'ada', iss: 'login', aud: 'hub' }
  const ada = connect(t, service.address, { token: rsa.token(ofAda, { kid: 'k1' }) })
  await ada.next('connected')
  t.equal((await refresh(ada, rsa.token(ofAda, { kid: 'k1' }))).type, 'token_refreshed')
  t.equal((await refresh(ada, other.token({ ...ofAda, role: 'driver' }, { kid: 'k2' }))).type, 'token_refreshed')
  const wrongClaims = [{ sub: 'bob' }, { exp: 1 }, { exp: undefined }, { iss: undefined }, { iss: 'other' }, { aud: undefined }, { aud: 'other' }, { rooms: 'all' }]
  const bad = [
    ...wrongClaims.map((claims) => rsa.token({ ...ofAda, ...claims }, { kid: 'k1' })),
    ...[{ kid: 'k3' }, { kid: 'k2' }, { kid: 'k1', typ: 'logout+jwt' }, { kid: 'k1', crit: ['x'] }].map((header) => rsa.token({ ...ofAda, role: 'admin' }, header)),
    foreign.token({ ...ofAda, role: 'admin' }, { kid: 'k1' }),
    forge({ alg: 'HS256', kid: 'k1' }, { ...ofAda, exp: inAnHour() }, hmac(rsa.pem)),
    forge({ alg: 'none', kid: 'k1' }, { ...ofAda, exp: inAnHour() }, () => ''),
    ...Object.values(badTokens())
  ]
  for (const [index, token] of bad.entries()) t.match(await refresh(ada, token), unauthorized, String(index))
  t.same((await service.app.hub.stats()).by_role, { driver: 1 })
  t.equal(server.requests.length, 1)
})

/** A connection with a ticket of another node: its own node has not asked the key server yet. */
async function startWithoutKeys (t: Test) {
  const server = await startKeyServer(t, [rsa.jwk('k1')])
  const { nodes: [first, second] } = await startNodes(t, { JWT_SECRET: '', JWT_JWKS_URL: server.url })
  const authorization = `Bearer ${rsa.token({ sub: 'ada' }, { kid: 'k1' })}`
  const { body: { ticket } } = await getJson(first, '/ws/ticket', { method: 'POST', headers: { authorization } })
  const ada = connect(t, second.address, { path: `/ws?ticket=${String(ticket)}` })
  await ada.next('connected')
  t.equal(server.requests.length, 1)
  return { server, service: second, ada }
}

t.test('A refresh waits for the key server, and later requests for the refresh', async (t) => {
  const { server, service, ada } = await startWithoutKeys(t)
  server.mood = 'hang'
  ada.send({ type: 'refresh_token', payload: { token: rsa.token({ sub: 'ada', role: 'admin' }, { kid: 'k1' }) } })
  ada.send({ type: 'broadcast', payload: 'as an administrator' })
  await until(() => server.requests.length === 2)
  await service.app.hub.toUser('ada', { type: 'meanwhile' })
  t.equal((await ada.next()).type, 'meanwhile')
  server.release()
  t.same([(await ada.next()).type, (await ada.next()).type], ['token_refreshed', 'ack'])
})

t.test('While the key server is away a refresh is UNAVAILABLE, and the connection stays as it was', async (t) => {
  const { server, service, ada } = await startWithoutKeys(t)
  server.mood = 500
  const token = rsa.token({ sub: 'ada', role: 'admin' }, { kid: 'k1' })
  t.match(await refresh(ada, token), { type: 'error', payload: { code: 'UNAVAILABLE', message: 'Service unavailable, retry', severity: 'server' } })
  t.equal((await service.app.hub.toRole('user', { type: 'x' })).recipients, 1)
  server.mood = 200
  await until(async () => (await refresh(ada, token)).type === 'token_refreshed', 50)
  t.equal((await service.app.hub.toRole('admin', { type: 'x' })).recipients, 1)
})

t.test('Over several nodes new roles count on all of them', async (t) => {
  const { nodes: [first, second] } = await startNodes(t)
  const ada = await connectAs(t, first, { sub: 'ada', role: 'driver' })
  t.equal((await refreshAs(ada, { sub: 'ada', role: 'dispatcher' })).type, 'token_refreshed')
  t.equal((await second.app.hub.toRole('dispatcher', { type: 'for dispatchers' })).recipients, 1)
  t.ok(await ada.next('for dispatchers'))
  t.equal((await second.app.hub.toRole('driver', { type: 'x' })).recipients, 0)
  t.same((await second.app.hub.stats()).by_role, { dispatcher: 1 })
})
