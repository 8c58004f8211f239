import { syncBuiltinESMExports } from 'node:module'
import { setImmediate as nextTurn } from 'node:timers/promises'
import zlib from 'node:zlib'
import t from 'tap'
import WebSocket from 'ws'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import { TestClient, type ReceivedFrame } from '../client.ts'
import { connectAs, startService, tokenFor, until, type Teardown, type TestService } from '../helper.ts'
import { CLOSE_FRAME, COMPRESSED, connectDeflate, PING_FRAME, PLAIN, type DeflatePeer } from '../support/deflate-peer.ts'
import { clientClose, clientFrame, PONG, TEXT } from '../support/wire-frames.ts'

const on = { WS_COMPRESSION: 'on', WS_MESSAGE_RATE: '0' }
const large = 'a message like many others; '.repeat(100)

/** A member of the room who takes compressed frames or wants none. */
async function memberWith (t: Teardown, { address }: TestService, perMessageDeflate: boolean): Promise<TestClient> {
  const url = `${address.replace('http', 'ws')}/ws?token=${await tokenFor({ sub: `${perMessageDeflate}` })}`
  const socket = new WebSocket(url, { perMessageDeflate })
  t.teardown(() => socket.terminate())
  const client = new TestClient(socket)
  await client.next('connected')
  await client.request({ type: 'join_room', room: 'hall' })
  return client
}

/** A peer in the room that sees every byte. */
async function joinRaw (t: Teardown, service: TestService, offer?: string): Promise<DeflatePeer> {
  const peer = await connectDeflate(t, service.address, await tokenFor({ sub: 'raw' }), offer)
  peer.send(clientFrame(TEXT, JSON.stringify({ type: 'join_room', room: 'hall' })))
  await until(() => peer.envelopes.some(({ type }) => type === 'room_info'))
  return peer
}

const isNews = ({ type }: ReceivedFrame) => type === 'news'

t.test('who offers compression gets it without context takeover, whatever it says of its own window', async (t) => {
  const service = await startService(t, on)
  const granted = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'
  for (const offer of ['permessage-deflate', 'permessage-deflate; client_max_window_bits', 'permessage-deflate; client_max_window_bits=8; server_max_window_bits=15']) {
    t.equal((await joinRaw(t, service, offer)).extensions, granted, offer)
  }
})

t.test('an offer that cannot be kept is declined, and the connection gets plain frames', async (t) => {
  const service = await startService(t, on)
  for (const offer of ['permessage-deflate; server_max_window_bits=10', 'permessage-deflate; odd=1', 'permessage-deflate; client_max_window_bits=99', 'other']) {
    const peer = await joinRaw(t, service, offer)
    t.equal(peer.extensions, undefined, offer)
    await service.app.hub.toRoom('hall', { type: 'news', payload: large })
    await until(() => peer.envelopes.some(({ type }) => type === 'news'))
    t.ok(peer.frames.every(({ first }) => first === PLAIN), offer)
  }
})

t.test('members with and without compression read the same (S3-86)', async (t) => {
  const service = await startService(t, on)
  const clients = await Promise.all([true, false, true, false].map(async (deflates) => await memberWith(t, service, deflates)))
  t.same(clients.map(({ socket }) => socket.extensions), ['permessage-deflate', '', 'permessage-deflate', ''])
  for (let size = 1; size < 40_000; size *= 3) await service.app.hub.toRoom('hall', { type: 'news', payload: large.slice(0, size).padEnd(size, 'ж') })
  const [first, ...others] = await Promise.all(clients.map(async (client) => (await client.drain()).filter(isNews)))
  t.equal(first?.length, 10)
  for (const other of others) t.same(other, first)
})

t.test('a message is compressed once, however many get it so', async (t) => {
  const service = await startService(t, on)
  const members = await Promise.all([true, true, false, true, true].map(async (deflates) => await memberWith(t, service, deflates)))
  const { deflateRawSync } = zlib
  let compressed = 0
  zlib.deflateRawSync = (...args) => {
    compressed += 1
    return deflateRawSync(...args)
  }
  syncBuiltinESMExports()
  t.teardown(() => { zlib.deflateRawSync = deflateRawSync; syncBuiltinESMExports() })
  t.equal((await service.app.hub.toRoom('hall', { type: 'news', payload: large })).recipients, 5)
  for (const member of members) t.equal((await member.next('news')).payload, large)
  t.equal(compressed, 1)
})

t.test('frames from the threshold on are compressed, replies among them, and smaller ones are not', async (t) => {
  const service = await startService(t, on)
  for (let index = 0; index < 30; index += 1) {
    const user = await connectAs(t, service, { sub: `a user with a rather long id, number ${index}` })
    await user.request({ type: 'join_room', room: 'hall' })
  }
  const peer = await joinRaw(t, service)
  await service.app.hub.toRoom('hall', { type: 'news', payload: large })
  await until(() => peer.envelopes.some(({ type }) => type === 'news'))
  for (const { first, content } of peer.frames) t.equal(first, content.length >= 1_024 ? COMPRESSED : PLAIN)
  t.same(peer.frames.map(({ first }) => first), [PLAIN, COMPRESSED, COMPRESSED], 'connected, room_info, news')
})

t.test('frames of all sizes and pings keep their order, and the close frame is the last (S0-124)', async (t) => {
  const service = await startService(t, { ...on, WS_PING_PERIOD: '5ms', WS_PONG_WAIT: '20s' }, { timings: { sweepIntervalMs: 1 } })
  const peer = await joinRaw(t, service)
  const [connection] = service.app.hub.connections()
  const pings = () => peer.frames.filter(({ first }) => first === PING_FRAME).length
  let sent = 0
  for (let answered = 0; answered < 5; answered += 1) {
    while (pings() === answered) {
      for (let turn = 0; turn < 5; turn += 1) connection?.send('number', { number: sent++, filler: large.slice(0, sent * 37 % large.length) })
      await nextTurn()
    }
    peer.send(clientFrame(PONG))
  }
  connection?.send('number', { number: sent++, filler: large })
  connection?.close(closeCodes.restarting)
  peer.send(clientClose(1012))
  await peer.closed
  const numbers = peer.envelopes.flatMap(({ type, payload }) => type === 'number' ? [Object(payload).number] : [])
  t.same(numbers, Array.from({ length: sent }, (_, index) => index))
  t.equal(peer.frames.findIndex(({ first }) => first === CLOSE_FRAME), peer.frames.length - 1)
  t.ok(peer.frames.some(({ first }) => first === COMPRESSED) && peer.frames.some(({ first }) => first === PLAIN))
})

t.test('a22: compression that is off is never negotiated, whatever is offered', async (t) => {
  const service = await startService(t)
  for (const offer of ['permessage-deflate', 'permessage-deflate; server_max_window_bits=7; odd', 'permessage-deflate; =', ';;;']) {
    t.equal((await joinRaw(t, service, offer)).extensions, undefined, offer)
  }
})
