import t from 'tap'
import { connectAs, startService, tokenFor } from '../helper.ts'
import { connect, refusedHandshake } from '../client.ts'
import { connectHttp, handshake } from '../support/http-peer.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { CLOSE, clientClose, clientFrame, TEXT } from '../support/wire-frames.ts'

const origin = 'http://localhost:3000'

t.test('By default a browser sees a bad token as close 4001, a program as 401 (S0-88, S1-11, S4-19, S4-52)', async (t) => {
  const { address } = await startService(t)
  for (const token of ['bad', await tokenFor({ sub: 'u', exp: 1 })]) {
    t.strictSame(await connect(t, address, { token, origin }).closed, { code: 4001, reason: 'Authentication failed' })
    t.match(await refusedHandshake(t, address, { token }), { status: 401 })
  }
  t.strictSame(await connect(t, address, { origin }).closed, { code: 4001, reason: 'Authentication failed' }, 'no token at all')
})

t.test('With http a browser gets 401 too', async (t) => {
  const { address } = await startService(t, { WS_AUTH_REJECT: 'http' })
  t.match(await refusedHandshake(t, address, { token: 'bad', origin }), { status: 401, body: { error: 'authentication required' } })
})

t.test('With close a program gets 4001 too', async (t) => {
  const { address } = await startService(t, { WS_AUTH_REJECT: 'close' })
  t.equal((await connect(t, address, { token: 'bad' }).closed).code, 4001)
})

t.test('A client that is no browser may ask for close codes, for it sees no status either', async (t) => {
  const { address, app } = await startService(t, { WS_MAX_CONNECTIONS_PER_IP: '1' })
  const path = '/ws?refusal=close'
  t.strictSame(await connect(t, address, { path, token: 'bad' }).closed, { code: 4001, reason: 'Authentication failed' })
  await app.hub.disconnect('eve', { banFor: 60, reason: 'spam' })
  t.match(await connect(t, address, { path, token: await tokenFor({ sub: 'eve' }) }).closed, { code: 4003, reason: /^banned until/ })
  const token = await tokenFor({ sub: 'ada' })
  const ada = connect(t, address, { path, token })
  t.ok(await ada.next('connected'), 'who is let in notices nothing')
  t.equal((await connect(t, address, { path, token }).closed).code, 4029)
})

t.test('Another wish than close is none, and with http no wish helps', async (t) => {
  const service = await startService(t)
  for (const wish of ['http', '', 'Close', 'close&refusal=close']) {
    t.match(await refusedHandshake(t, service.address, { path: `/ws?refusal=${wish}`, token: 'bad' }), { status: 401 }, wish)
  }
  const { address } = await startService(t, { WS_AUTH_REJECT: 'http' })
  t.match(await refusedHandshake(t, address, { path: '/ws?refusal=close', token: 'bad' }), { status: 401 })
})

t.test('A browser sees a limit of user or address as close 4029', async (t) => {
  const service = await startService(t, { WS_MAX_CONNECTIONS_PER_IP: '1' })
  await connectAs(t, service, 'first')
  const token = await tokenFor({ sub: 'second' })
  t.equal((await connect(t, service.address, { token, origin }).closed).code, 4029)
  t.match(await refusedHandshake(t, service.address, { token }), { status: 429 })
})

t.test('A client that is accepted only to be closed gets no frame, is nobody\'s connection and hears nothing', async (t) => {
  const service = await startService(t)
  const bystander = await connectAs(t, service, 'bystander')
  const refused = connect(t, service.address, { token: 'bad', origin })
  refused.socket.once('open', () => refused.send({ type: 'join_room', room: 'general' }))
  await refused.closed
  t.strictSame(refused.inbox, [])
  t.equal(service.app.hub.size, 1)
  t.strictSame(await bystander.drain(), [])
})

t.test('A refused client that never answers the close frame is cut off', async (t) => {
  const { address, app } = await startService(t, {}, { timings: { closeTimeoutMs: 50 } })
  const mute = await connectHttp(t, address)
  mute.write(handshake({ headers: { origin } }))
  t.equal((await mute.response()).status, 101)
  t.equal(app.websocketServer.clients.size, 1)
  await mute.closed
})

t.test('A full node, a foreign origin and too many handshakes are refused over HTTP also for a browser', async (t) => {
  const full = await startService(t, { WS_MAX_CONNECTIONS: '1' })
  await connectAs(t, full, 'first')
  t.match(await refusedHandshake(t, full.address, { origin }), { status: 503 })
  const picky = await startService(t, { WS_ALLOWED_ORIGINS: 'https://good.example', WS_HANDSHAKE_RATE: '1' })
  t.match(await refusedHandshake(t, picky.address, { origin }), { status: 403 })
  t.match(await refusedHandshake(t, picky.address, { origin }), { status: 429 })
})

t.test('With optional authentication a client without a token is a guest', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  const { payload } = await connect(t, service.address).next('connected')
  t.match(payload, { role: 'guest', user_id: payload['client_id'], name: payload['client_id'] })
  const other = await connect(t, service.address).next('connected')
  t.not(other.payload['user_id'], payload['user_id'])
})

t.test('With optional authentication a bad token is refused all the same', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  t.match(await refusedHandshake(t, service.address, { token: 'bad' }), { status: 401 })
  t.match(await refusedHandshake(t, service.address, { headers: { authorization: 'Bearer bad' } }), { status: 401 })
  t.equal((await connect(t, service.address, { token: 'bad', origin }).closed).code, 4001)
})

t.test('With optional authentication a good token still says who it is', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  const { payload } = await connect(t, service.address, { token: await tokenFor({ sub: 'ada', role: 'driver' }) }).next('connected')
  t.match(payload, { user_id: 'ada', role: 'driver' })
})

t.test('Whoever is refused with a close code lets others have their turn, too, however much it goes on sending', async (t) => {
  const { app, address } = await startService(t)
  const peer = await connectRaw(t, address, { token: 'bad', origin })
  await peer.next(CLOSE)
  const [webSocket] = app.websocketServer.clients
  let pauses = 0
  const pause = webSocket?.pause.bind(webSocket)
  Object.assign(Object(webSocket), { pause () { pauses += 1; pause?.() } })
  const frame = clientFrame(TEXT, 'x'.repeat(65_536))
  peer.send(...new Array<Buffer>(100).fill(frame), clientClose(4001))
  await peer.ended
  t.ok(pauses > 0, `paused ${pauses} times`)
})
