import t from 'tap'
import { startService, tokenFor, until, type Teardown } from '../helper.ts'
import { connect, refusedHandshake } from '../client.ts'
import { badTokens } from '../support/bad-tokens.ts'
import { makeKey } from '../support/forge.ts'
import { exchange, handshake } from '../support/http-peer.ts'

const unauthorized = { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } }
const ada = await tokenFor({ sub: 'ada' })
const bob = await tokenFor({ sub: 'bob' })
const service = await startService(t, { WS_HANDSHAKE_RATE: '0' })

/** The user that a handshake lets in, and the subprotocol of the answer. */
async function admitted (t: Teardown, options: Parameters<typeof connect>[2], { address } = service): Promise<{ user: unknown, protocol: string }> {
  const client = connect(t, address, options)
  const { payload } = await client.next('connected')
  return { user: payload['user_id'], protocol: client.socket.protocol }
}

t.test('A good token upgrades with 101, in the query of either path (S0-87, S3-25, S3-50, S3-51, S4-17, S4-18, S4-51)', async (t) => {
  t.equal((await admitted(t, { token: ada })).user, 'ada')
  t.equal((await admitted(t, { token: ada, path: '/api/v1/ws' })).user, 'ada')
})

t.test('A connection is authenticated, registered, heard and in the end forgotten (S4-21)', async (t) => {
  const { app, address } = await startService(t)
  const client = connect(t, address, { token: ada })
  await client.next('connected')
  t.strictSame([app.hub.size, await app.hub.onlineUsers()], [1, ['ada']])
  t.match(await client.request({ type: 'join_room', room: 'general' }), { type: 'room_info' })
  await client.close()
  await until(() => app.hub.size === 0)
  t.strictSame([await app.hub.onlineUsers(), await app.rooms.list()], [[], []])
})

t.test('A token may stand in the Authorization header (S0-82, S1-07)', async (t) => {
  t.equal((await admitted(t, { headers: { authorization: `Bearer ${ada}` } })).user, 'ada')
})

t.test('A token may stand after bearer in the subprotocols; the answer is bearer, or the dialect if one is offered', async (t) => {
  t.strictSame(await admitted(t, { protocols: ['bearer', ada] }), { user: 'ada', protocol: 'bearer' })
  t.strictSame(await admitted(t, { protocols: ['bearer', ada, 'hub.v1'] }), { user: 'ada', protocol: 'hub.v1' })
  t.strictSame(await admitted(t, { protocols: ['hub.v1', 'bearer', ada] }), { user: 'ada', protocol: 'hub.v1' })
  t.strictSame(await admitted(t, { protocols: ['other', 'bearer', ada] }), { user: 'ada', protocol: 'bearer' })
})

t.test('A token alone as the subprotocol is accepted and answered without that header (S0-82)', async (t) => {
  const answer = await exchange(t, service.address, handshake({ headers: { 'sec-websocket-protocol': ada } }))
  t.equal(answer.status, 101)
  t.notOk('sec-websocket-protocol' in answer.headers)
})

t.test('b21, M10: a token as the subprotocol is in no answer', async (t) => {
  for (const protocol of [ada, `bearer, ${ada}`, `${ada}, bearer`, `bearer, ${ada}, hub.v1`, `x, ${ada}`]) {
    const { headers, body } = await exchange(t, service.address, handshake({ headers: { 'sec-websocket-protocol': protocol } }))
    t.notOk(JSON.stringify({ headers, body }).includes(ada), protocol.replaceAll(ada, '<token>'))
  }
})

t.test('A token that has the name of a dialect is a bad token and no dialect', async (t) => {
  t.match(await refusedHandshake(t, service.address, { protocols: ['bearer', 'hub.v1'] }), unauthorized)
})

t.test('The query decides before the subprotocol, the subprotocol before the header (S0-82)', async (t) => {
  const header = { authorization: `Bearer ${bob}` }
  t.equal((await admitted(t, { token: ada, protocols: ['bearer', bob], headers: header })).user, 'ada')
  t.equal((await admitted(t, { protocols: ['bearer', ada], headers: header })).user, 'ada')
})

t.test('A bad token where the first is looked for is refused although a good one stands elsewhere', async (t) => {
  t.match(await refusedHandshake(t, service.address, { token: 'bad', headers: { authorization: `Bearer ${ada}` } }), unauthorized)
  t.match(await refusedHandshake(t, service.address, { protocols: ['bearer', 'bad'], headers: { authorization: `Bearer ${ada}` } }), unauthorized)
})

t.test('Two tokens in one query are refused, the same one twice included', async (t) => {
  for (const second of [ada, bob, '']) {
    t.match(await refusedHandshake(t, service.address, { path: `/ws?token=${ada}&token=${second}` }), unauthorized)
  }
})

t.test('Of two Authorization headers the first counts alone', async (t) => {
  const text = handshake({ lines: ['Authorization: Bearer bad', `Authorization: Bearer ${ada}`] })
  t.equal((await exchange(t, service.address, text)).status, 401)
})

t.test('The order of the sources is a setting', async (t) => {
  const other = await startService(t, { WS_TOKEN_SOURCES: 'header,query' })
  t.equal((await admitted(t, { token: ada, headers: { authorization: `Bearer ${bob}` } }, other)).user, 'bob')
  t.match(await refusedHandshake(t, other.address, { protocols: ['bearer', ada] }), unauthorized)
})

t.test('Without query among the sources a token in the query is no token', async (t) => {
  const { address } = await startService(t, { WS_TOKEN_SOURCES: 'protocol,header' })
  t.match(await refusedHandshake(t, address, { token: ada }), unauthorized)
})

t.test('b2, b4, b6: Whatever is wrong with a token, the handshake is refused with 401 before the upgrade (S0-84, S0-89, S1-10)', async (t) => {
  for (const [what, token] of Object.entries(badTokens())) {
    const refusal = await refusedHandshake(t, service.address, { token })
    t.match({ status: refusal.status, body: refusal.body }, unauthorized, what)
  }
  t.equal(service.app.websocketServer.clients.size, service.app.hub.size)
})

t.test('A public key in the settings verifies the tokens of its private one', async (t) => {
  const key = makeKey('ES256')
  const other = await startService(t, { JWT_SECRET: '', JWT_PUBLIC_KEY: key.pem })
  t.equal((await admitted(t, { token: key.token({ sub: 'eve' }) }, other)).user, 'eve')
  t.match(await refusedHandshake(t, other.address, { token: ada }), unauthorized)
})

t.test('Issuer and audience of the settings are required of a token', async (t) => {
  const other = await startService(t, { JWT_ISSUER: 'login', JWT_AUDIENCE: 'hub' })
  t.equal((await admitted(t, { token: await tokenFor({ sub: 'eve', iss: 'login', aud: ['hub'] }) }, other)).user, 'eve')
  for (const claims of [{}, { iss: 'login' }, { aud: 'hub' }, { iss: ['login'], aud: 'hub' }, { iss: 'login', aud: 'x' }]) {
    t.match(await refusedHandshake(t, other.address, { token: await tokenFor({ sub: 'eve', ...claims }) }), unauthorized)
  }
})

t.test('The greeting shows user id, name and first role of the token (S0-81, S1-05, S1-06, S3-52, S4-20)', async (t) => {
  const token = await tokenFor({ user_id: 42, name: 'Ada', role: 'driver', roles: ['admin'] })
  const { payload } = await connect(t, service.address, { token }).next('connected')
  t.match(payload, { user_id: '42', name: 'Ada', role: 'driver', message: 'Connected to WebSocket server' })
})

t.test('The names of the claims are settings', async (t) => {
  const other = await startService(t, { JWT_USER_CLAIM: 'uid', JWT_NAME_CLAIM: 'nick', JWT_ROLE_CLAIM: 'rank' })
  const token = await tokenFor({ uid: 'u1', sub: 'x', nick: 'Ada', rank: 'captain' })
  t.match((await connect(t, other.address, { token }).next('connected')).payload, { user_id: 'u1', name: 'Ada', role: 'captain' })
  t.match(await refusedHandshake(t, other.address, { token: ada }), unauthorized)
})

t.test('b21, b22: a token is in no line of the log, wherever it stood', async (t) => {
  const other = await startService(t, { LOG_LEVEL: 'trace' })
  await admitted(t, { token: ada }, other)
  await admitted(t, { protocols: ['bearer', ada] }, other)
  await admitted(t, { headers: { authorization: `Bearer ${ada}` } }, other)
  await refusedHandshake(t, other.address, { path: `/nowhere?token=${ada}` })
  await refusedHandshake(t, other.address, { path: `/ws?token=${ada}&token=${ada}` })
  await exchange(t, other.address, handshake({ path: `/%zz?token=${ada}` }))
  t.not(other.logs.length, 0)
  t.notOk(JSON.stringify(other.logs).includes(ada.slice(-20)))
})
