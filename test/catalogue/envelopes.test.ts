import t, { type Test } from 'tap'
import { serverTypes } from '../../src/protocol/reserved-types.ts'
import { dialects } from '../../src/protocol/dialects/index.ts'
import { connectAs, getJson, postJson, startService, tokenFor } from '../helper.ts'
import { connectBinary } from '../support/binary-client.ts'
import { startBystander } from '../support/bystander.ts'
import { inPieces } from '../support/odd-frames.ts'
import { NO_LIMITS } from '../support/probe.ts'
import { connectRaw, type RawPeer } from '../support/raw-peer.ts'
import { BINARY, clientFrame, CLOSE, closeCodeOf, PING, PONG, TEXT } from '../support/wire-frames.ts'

const service = await startService(t, { ...NO_LIMITS, WS_HANDSHAKE_RATE: '0', WS_REST_RATE: '0' })
const bystander = await startBystander(t, service)
const root = { sub: 'root', role: 'admin' }
const token = await tokenFor({ sub: 'ada' })
const textDialects = [...dialects.values()].filter(({ wire }) => wire === 'text').map(({ name }) => name)

async function connectPeer (t: Test, dialect: string): Promise<RawPeer> {
  return await connectRaw(t, service.address, { path: `/ws?dialect=${dialect}&token=${token}` })
}

const nameTypes = ['join_room', 'leave_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe', 'publish', 'broadcast', 'history']
/** Names that no room may have, and the one that a path cannot hold. */
const badNames = ['x'.repeat(129), 'x'.repeat(10_000), 'a\u0000b', '\u0000', 'a\r\nb', '\n', '*', 'chat:*', '{a}', '{', '\ud800', 'a\udc00b', 'cafe\u0301', ' a', 'a\u2028']
/** Odd, but names. */
const goodNames = ['../', '..', '.', '/', '%2f', 'a?b#c', '\u202eabc', '\u05d0\u05d1', '__proto__', 'toString', '\u{1F600}', 'a:b', 'all', '\u00c5']

t.test('a11: a name that no room may have is refused by every request that names one', async (t) => {
  const ada = await connectAs(t, service, { sub: 'ada', role: 'admin' })
  for (const type of nameTypes) {
    for (const room of badNames) t.match(await ada.request({ type, room, payload: { content: 'x' } }), { type: 'error', payload: { code: 'INVALID_ROOM', message: /^invalid room name: expected / } }, type)
    // Without a room a broadcast is for everybody, and who types does so nowhere.
    if (!['broadcast', 'typing', 'stop_typing'].includes(type)) t.match(await ada.request({ type, room: '', payload: { content: 'x' } }), { type: 'error', payload: { code: 'MISSING_ROOM' } }, type)
  }
  for (const room of badNames) {
    const { type, payload } = await ada.request({ type: 'resume', payload: { topics: { [`room:${room}`]: { epoch: 'e', seq: 0, member: true } } } })
    t.match({ type, payload }, { type: 'error', payload: { code: /^INVALID_(ROOM|PAYLOAD)$/ } })
  }
  t.equal(service.app.hub.roomCount, 0)
  await bystander.check(t)
})

t.test('a11: the same names are refused by every REST route that takes one', async (t) => {
  const headers = { authorization: `Bearer ${await tokenFor(root)}` }
  const refused = { status: 400, body: { code: /^(INVALID_ROOM|INVALID_PAYLOAD|BAD_REQUEST)$/ } }
  for (const room of badNames) {
    t.match(await postJson(service, '/ws/broadcast', { message: 'x', target: { rooms: [room] } }, root), refused)
    t.match(await postJson(service, '/ws/broadcast', { message: 'x', except: { rooms: [room] } }, root), refused)
    t.match(await postJson(service, '/ws/publish', { messages: [{ message: 'x', target: { rooms: [room] } }] }, root), { status: 200, body: { results: [{ code: /^INVALID_(ROOM|PAYLOAD)$/ }] } })
    // A lone surrogate has no bytes of its own: these are what some would make of it, and in a query they become a sign that a name may have.
    const isBroken = /\p{Cs}/u.test(room)
    const encoded = isBroken ? '%ED%A0%80' : encodeURIComponent(room)
    for (const path of [`/ws/rooms/${encoded}`, `/ws/rooms/${encoded}/history`, ...(isBroken ? [] : [`/ws/rooms?after=${encoded}`])]) {
      const { status } = await getJson(service, path, { headers })
      t.ok([400, 404, 414].includes(status), `${path.slice(0, 60)}: ${status}`)
    }
  }
  await bystander.check(t)
})

t.test('a11: odd names are rooms like any other, by the socket and by REST; of twins there is one', async (t) => {
  const ada = await connectAs(t, service, 'ada')
  const headers = { authorization: `Bearer ${await tokenFor(root)}` }
  for (const room of goodNames) {
    t.match(await ada.request({ type: 'subscribe', room }), { type: 'subscribed', payload: { room } }, room)
    t.match(await ada.request({ type: 'publish', room, payload: room }), { type: 'ack' }, room)
    t.match(await postJson(service, '/ws/broadcast', { message: room, target: { rooms: [room] } }, root), { status: 200, body: { recipients: 1 } }, room)
    t.match((await ada.next('system.alert')).payload, { message: room })
    // Dots are taken out of a path by the client itself.
    if (/^\.+$/.test(room)) continue
    t.match(await getJson(service, `/ws/rooms/${encodeURIComponent(room)}`, { headers }), { status: 200, body: { room } }, room)
    t.match(await getJson(service, `/ws/rooms/${encodeURIComponent(room)}/history`, { headers }), { status: 200, body: { room, messages: [{ payload: room }, {}] } }, room)
  }
  for (const twin of ['A\u030a', '\u212b']) t.match(await ada.request({ type: 'subscribe', room: twin }), { payload: { code: 'INVALID_ROOM' } })
  t.equal(service.app.hub.roomCount, goodNames.length)
})

t.test('a12: a type that means something to the machinery, or that only the server says, is one that nobody knows', async (t) => {
  const types = ['error', 'close', 'open', 'message', 'toString', '__proto__', 'constructor', 'hasOwnProperty', 'valueOf', 'prototype', 'then', 'connection', 'disconnect', 'x'.repeat(60_000), '\u0000', 'ping ', 'PING']
  const ada = await connectAs(t, service, 'ada')
  const ofServer = serverTypes.filter((type) => !['online_users', 'history'].includes(type))
  for (const type of [...types, ...ofServer]) t.match(await ada.request({ type, room: 'general', payload: { message: 'x' } }), { type: 'error', payload: { code: 'UNKNOWN_TYPE' } }, type.slice(0, 20))
  for (const dialect of textDialects) {
    const peer = await connectPeer(t, dialect)
    // To one dialect it is what people say.
    peer.send(...types.filter((type) => type !== 'message').map((type) => ({ type, room: 'general', data: { message: 'x' } })), clientFrame(PING, 'still there'))
    t.equal((await peer.next(PONG))?.payload.toString(), 'still there', dialect)
    peer.socket.destroy()
  }
  const binary = await connectBinary(t, service, 'ada')
  for (const type of types) t.match(await binary.request({ type, id: 'x' }), { type: 'error', payload: { code: 'UNKNOWN_TYPE' } }, type.slice(0, 20))
  await bystander.check(t)
})

for (const dialect of textDialects) {
  t.test(`a13: a binary frame ends a connection of ${dialect} with 1003, whatever is in it`, async (t) => {
    for (const frame of [clientFrame(BINARY, '{"type":"ping"}'), clientFrame(BINARY), clientFrame(BINARY, Buffer.from([0, 0xff])), inPieces(BINARY, ['{"type":', '"ping"}'])]) {
      const peer = await connectPeer(t, dialect)
      peer.send(frame, clientFrame(TEXT, '{"type":"ping","id":"late"}'))
      const close = await peer.next(CLOSE)
      peer.socket.end()
      t.equal(close && closeCodeOf(close), 1003)
      t.notOk((await peer.rest()).some(({ payload }) => payload.includes('late')))
    }
    await bystander.check(t)
  })
}

t.test('a13: a text frame is no frame of the binary dialect: refused, and the connection stays', async (t) => {
  const ada = await connectBinary(t, service, 'ada')
  for (const text of ['{"type":"ping"}', '', 'null']) {
    ada.send(text)
    t.match(await ada.next('error'), { payload: { code: 'INVALID_FORMAT' } }, text)
  }
  t.equal((await ada.request({ type: 'ping', id: '1' })).type, 'pong')
  await bystander.check(t)
})
