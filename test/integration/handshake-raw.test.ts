import { promisify } from 'node:util'
import t from 'tap'
import { connectAs, startService, tokenFor, until, type TestService } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { connectHttp, exchange, handshake, type HandshakeParts } from '../support/http-peer.ts'
import { makeKey } from '../support/forge.ts'
import { startKeyServer } from '../support/key-server.ts'
import { clientFrame, TEXT } from '../support/wire-frames.ts'

const token = await tokenFor({ sub: 'ada' })
const good = `/ws?token=${token}`
const service = await startService(t, { WS_HANDSHAKE_RATE: '0' })

/** Sockets that the service has open, upgraded ones included. */
async function openSockets ({ app: { server } }: TestService): Promise<number> {
  return await promisify(server.getConnections).call(server)
}

t.test('a16, M21: A handshake that is not one to the letter is refused with 400 or 426, and ends', async (t) => {
  const odd: Record<string, [status: number, HandshakeParts]> = {
    'version 7': [426, { headers: { 'sec-websocket-version': '7' } }],
    'version 8': [426, { headers: { 'sec-websocket-version': '8' } }],
    'no version': [426, { headers: { 'sec-websocket-version': undefined } }],
    'two versions': [426, { headers: { 'sec-websocket-version': '13, 8' } }],
    'key too short': [400, { headers: { 'sec-websocket-key': 'c2hvcnQ=' } }],
    'key no base64': [400, { headers: { 'sec-websocket-key': '!!!!!!!!!!!!!!!!!!!!!!==' } }],
    'no key': [400, { headers: { 'sec-websocket-key': undefined } }],
    'two keys': [400, { lines: ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='] }],
    'HTTP/1.0': [400, { version: '1.0' }],
    'no Host': [400, { headers: { host: undefined } }],
    'a list of upgrades': [400, { headers: { upgrade: 'h2c, websocket' } }],
    'another upgrade': [400, { headers: { upgrade: 'h2c' } }],
    'a subprotocol twice': [400, { headers: { 'sec-websocket-protocol': 'hub.v1, hub.v1' } }],
    'a subprotocol in two headers': [400, { lines: ['Sec-WebSocket-Protocol: hub.v1', 'Sec-WebSocket-Protocol: hub.v1'] }],
    'a subprotocol with a blank': [400, { headers: { 'sec-websocket-protocol': 'hub v1' } }],
    'an empty subprotocol': [400, { headers: { 'sec-websocket-protocol': 'hub.v1,,bearer' } }],
    POST: [400, { method: 'POST', headers: { 'content-length': '0' } }],
    PUT: [400, { method: 'PUT', headers: { 'content-length': '0' } }],
    HEAD: [426, { method: 'HEAD' }]
  }
  const bystander = await startBystander(t, service)
  for (const [what, [status, parts]] of Object.entries(odd)) {
    const peer = await connectHttp(t, service.address)
    peer.write(handshake({ path: good, ...parts }))
    // An answer to HEAD announces the body that it does not have.
    if (parts.method !== 'HEAD') t.match(await peer.response().then((answer) => ({ ...answer, body: answer.json() })), { status, body: { error: String, code: String } }, what)
    await peer.closed
  }
  t.equal(service.app.hub.size, 1)
  await bystander.check(t)
})

t.test('a16, M21: The refusal of a version names the one that is spoken', async (t) => {
  const answer = await exchange(t, service.address, handshake({ path: good, headers: { 'sec-websocket-version': '8' } }))
  t.equal(answer.headers['sec-websocket-version'], '13')
})

t.test('An upgrade in other letters, or with Connection a list, is an upgrade', async (t) => {
  t.equal((await exchange(t, service.address, handshake({ path: good, headers: { upgrade: 'WebSocket' } }))).status, 101)
  t.equal((await exchange(t, service.address, handshake({ path: good, headers: { connection: 'keep-alive, Upgrade' } }))).status, 101)
})

t.test('a19: However a path is written, it is decided as the path that it means', async (t) => {
  const decided: Record<string, number> = {
    [good]: 101,
    [`/%77s?token=${token}`]: 101,
    [`http://localhost${good}`]: 101,
    '/%77s': 401,
    [`/ws#x?token=${token}`]: 401,
    '/%77s/stats': 400,
    'http://localhost/health': 400,
    [`//ws?token=${token}`]: 404,
    [`/ws/?token=${token}`]: 404,
    [`/WS?token=${token}`]: 404,
    [`/ws;x?token=${token}`]: 404,
    [`/ws/../ws?token=${token}`]: 404,
    '/ws/../ws/stats': 404,
    '/ws%2fstats': 404,
    '*': 404
  }
  for (const [path, status] of Object.entries(decided)) {
    t.equal((await exchange(t, service.address, handshake({ path }))).status, status, path.replaceAll(token, '<token>'))
  }
})

t.test('M6: A frame that comes in one segment with the handshake is answered', async (t) => {
  const peer = await connectHttp(t, service.address)
  peer.socket.write(Buffer.concat([Buffer.from(handshake({ path: good })), clientFrame(TEXT, '{"type":"ping","id":"early"}')]))
  t.equal((await peer.response()).status, 101)
  await until(() => peer.rest.includes('"id":"early"'))
  t.match(peer.rest, /"type":"connected".*"type":"pong"/s)
})

t.test('An upgrade of a broken URL leaves no socket', async (t) => {
  const peer = await connectHttp(t, service.address)
  peer.write(handshake({ path: `/%zz?token=${token}` }))
  t.match(JSON.parse((await peer.response()).body), { error: String, code: 'BAD_REQUEST' })
  await peer.closed
})

t.test('a20, M21: Headers in masses are refused or carried, and harm nobody', async (t) => {
  const bystander = await connectAs(t, service, 'bystander')
  const status = async (parts: HandshakeParts): Promise<number> => (await exchange(t, service.address, handshake({ path: good, ...parts }))).status
  const many = (count: number): string[] => Array.from({ length: count }, () => 'a:b')
  t.equal(await status({ headers: { 'x-long': 'a'.repeat(20_000) } }), 431)
  t.equal(await status({ path: `/ws?token=${'a'.repeat(100_000)}` }), 431)
  t.equal(await status({ path: `/ws?token=${'a'.repeat(10_000)}` }), 401)
  // Node 20 leaves out what is above its count, later versions refuse it.
  for (const count of [1_500, 2_500]) t.ok([101, 431].includes(await status({ lines: many(count) })), `${count} headers`)
  t.equal(await status({ lines: ['__proto__: x', 'constructor: y'] }), 101)
  t.equal(await status({ headers: { 'sec-websocket-extensions': ';'.repeat(15_000) } }), 101)
  t.equal(await status({ headers: { 'sec-websocket-protocol': ';'.repeat(15_000) } }), 400)
  t.equal(await status({ path: '/ws', headers: { authorization: `bearer${'\u00a0'.repeat(15_000)}` } }), 401)
  t.strictSame(await bystander.drain(), [])
})

t.test('a20: Headers that Node leaves out are not taken for headers that are not there', async (t) => {
  const lines = Array.from({ length: 2_500 }, () => 'a:b')
  const text = handshake({ path: good }).replace('host: localhost', ['host: localhost', ...lines].join('\r\n'))
  t.ok([426, 431].includes((await exchange(t, service.address, text)).status))
})

t.test('M3: A connection that is reset while its token is being verified harms nobody', async (t) => {
  const key = makeKey('EdDSA')
  const keyServer = await startKeyServer(t, [key.jwk('k1')])
  const waiting = await startService(t, { JWT_SECRET: '', JWT_JWKS_URL: keyServer.url })
  keyServer.mood = 'hang'
  const peers = await Promise.all(Array.from({ length: 30 }, async () => await connectHttp(t, waiting.address)))
  for (const peer of peers) peer.write(handshake({ path: `/ws?token=${key.token({ sub: 'ada' }, { kid: 'k1' })}` }))
  await until(() => waiting.logs.filter(({ msg }) => msg === 'incoming request').length === peers.length)
  for (const { socket } of peers) socket.resetAndDestroy()
  await until(async () => await openSockets(waiting) === 0)
  keyServer.release()
  const answer = await exchange(t, waiting.address, handshake({ path: `/ws?token=${key.token({ sub: 'bob' }, { kid: 'k1' })}` }))
  t.equal(answer.status, 101)
  await until(() => waiting.app.hub.size === 1)
  t.strictSame(await waiting.app.hub.onlineUsers(), ['bob'])
})
