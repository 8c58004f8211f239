import t from 'tap'
import { connectAs, startService, tokenFor, until, type Teardown } from '../helper.ts'
import { connectRaw, type RawPeer } from '../support/raw-peer.ts'
import { clientClose, clientFrame, BINARY, CLOSE, closeCodeOf, TEXT } from '../support/wire-frames.ts'

async function codeOfClose (peer: RawPeer): Promise<number | undefined> {
  const frame = await peer.next(CLOSE)
  return frame && closeCodeOf(frame)
}

/** A service without message limit, and a peer that may send it any bytes. */
async function startWithPeer (t: Teardown, env: Record<string, string> = {}) {
  const service = await startService(t, { WS_MESSAGE_RATE: '0', ...env })
  const peer = await connectRaw(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  await peer.message('connected')
  return { ...service, peer }
}

t.test('a6: five bad frames are refused, the sixth ends the connection with 4002 (S0-42, S1-39, S4-36)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const bad of ['', 'no json', 'null', '[]', '{"type":7}']) {
    ada.send(bad)
    t.match(await ada.next('error'), { payload: { code: 'INVALID_FORMAT', message: /^invalid message format/ } })
  }
  t.equal((await ada.request({ type: 'ping' })).type, 'pong', 'still there')
  ada.send('one too many')
  t.same(await ada.closed, { code: 4002, reason: 'Invalid JSON' })
})

t.test('a connection that was ended for bad frames is cleaned up like any other (S4-37)', async (t) => {
  const service = await startService(t, { WS_INVALID_JSON_BUDGET: '0', WS_PRESENCE_GRACE: '0s' })
  const ada = await connectAs(t, service, 'ada')
  await ada.request({ type: 'join_room', room: 'hall' })
  ada.send('bad')
  await ada.closed
  t.same([service.app.hub.size, service.app.hub.roomCount, await service.app.rooms.list()], [0, 0, []])
})

t.test('refusals of sound frames cost nothing of the budget', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (let sent = 0; sent < 20; sent += 1) await ada.request({ type: 'no_such_type' })
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
})

t.test('bad frames of an earlier window are forgiven', async (t) => {
  const service = await startService(t, {}, { timings: { badFrameWindowMs: 0 } })
  const ada = await connectAs(t, service, 'ada')
  for (let sent = 0; sent < 30; sent += 1) ada.send('bad')
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
})

t.test('the first bad frame ends the connection where the settings say so', async (t) => {
  const service = await startService(t, { WS_INVALID_JSON: 'close' })
  const ada = await connectAs(t, service, 'ada')
  ada.send('bad')
  t.equal((await ada.closed).code, 4002)
})

t.test('a13: a binary frame ends the connection with 1003 (S4-59)', async (t) => {
  const { peer } = await startWithPeer(t)
  peer.send(clientFrame(BINARY, '{"type":"ping"}'))
  t.equal(await codeOfClose(peer), 1003)
})

t.test('a3, M7: text that is no UTF-8 ends the connection with 1007', async (t) => {
  const { peer } = await startWithPeer(t)
  peer.send(clientFrame(TEXT, Buffer.from([0x22, 0xff, 0xfe, 0x22])))
  t.equal(await codeOfClose(peer), 1007)
})

t.test('a4: a frame as large as the announced size is read, a byte more is MESSAGE_TOO_LARGE without an id (S0-35, S0-113)', async (t) => {
  const service = await startService(t, { WS_MAX_MESSAGE_SIZE: '1000' })
  const ada = await connectAs(t, service, 'ada')
  const sized = (bytes: number) => JSON.stringify({ type: 'ping', id: '1' }).padEnd(bytes)
  ada.send(sized(1_000))
  t.match(await ada.next(), { type: 'pong', id: '1' })
  ada.send(sized(1_001))
  t.match(await ada.next(), { type: 'error', id: undefined, payload: { code: 'MESSAGE_TOO_LARGE', message: 'the frame has 1001 bytes, at most 1000 are allowed' } })
  t.equal((await ada.request({ type: 'ping' })).type, 'pong', 'the connection stays')
})

t.test('the size counts bytes, not characters', async (t) => {
  const service = await startService(t, { WS_MAX_MESSAGE_SIZE: '100' })
  const ada = await connectAs(t, service, 'ada')
  ada.send({ type: 'ping', payload: '€'.repeat(40) })
  t.match(await ada.next(), { payload: { code: 'MESSAGE_TOO_LARGE' } })
})

t.test('a4, M7: a frame above four times the size ends the connection with 1009, which the peer can read', async (t) => {
  const { peer } = await startWithPeer(t, { WS_MAX_MESSAGE_SIZE: '1000' })
  peer.send(clientFrame(TEXT, 'x'.repeat(4_001)), clientFrame(TEXT, 'y'.repeat(500_000)))
  t.equal(await codeOfClose(peer), 1009)
})

t.test('a4, M7: a frame that only claims to be huge ends the connection with 1009 at once', async (t) => {
  const { peer } = await startWithPeer(t)
  peer.send(clientFrame(TEXT, 'x'.repeat(300_000)).subarray(0, 14))
  t.equal(await codeOfClose(peer), 1009)
})

t.test('a2: frames against the protocol harm neither the process nor others', async (t) => {
  const { peer, ...service } = await startWithPeer(t)
  const bob = await connectAs(t, service, 'bob')
  peer.send(Buffer.from([0xf1, 0x80, 0, 0, 0, 0]), Buffer.from([0x83, 0x00]))
  t.equal(await codeOfClose(peer), 1002)
  peer.socket.end()
  await until(() => service.app.hub.size === 1)
  t.equal((await bob.request({ type: 'ping' })).type, 'pong')
})

t.test('a15: what a peer sends after its close frame is ignored', async (t) => {
  const { peer, ...service } = await startWithPeer(t)
  const bob = await connectAs(t, service, { sub: 'bob', role: 'admin' })
  peer.send({ type: 'join_room', room: 'hall' }, clientClose(1000), { type: 'join_room', room: 'late' })
  t.equal(await codeOfClose(peer), 1000)
  peer.socket.end()
  await until(() => service.app.hub.size === 1)
  t.notOk(service.logs.some(({ room_id: room }) => room === 'late'))
  t.ok(await bob.drain())
})
