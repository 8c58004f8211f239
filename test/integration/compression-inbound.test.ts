import { deflateRawSync, constants } from 'node:zlib'
import t from 'tap'
import { connect } from '../client.ts'
import { connectAs, memberOf, startService, tokenFor, until, type Teardown, type TestService } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { collectGarbage } from '../support/collect-garbage.ts'
import { CLOSE_FRAME, compressedFrames, compressedMessage, connectDeflate, deflate, type DeflatePeer } from '../support/deflate-peer.ts'
import { connectHttp, handshake } from '../support/http-peer.ts'
import { clientClose, clientFrame, PING, TEXT } from '../support/wire-frames.ts'

const MIB = 1024 * 1024
const on = { WS_COMPRESSION: 'on', WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0' }
const ping = (id: string, filler = '') => ({ type: 'ping', id, payload: filler })

async function connectPeer (t: Teardown, { address }: TestService): Promise<DeflatePeer> {
  return await connectDeflate(t, address, await tokenFor({ sub: 'ada' }))
}

/** The code of the close frame that comes. */
async function closeCode (peer: DeflatePeer): Promise<number | undefined> {
  const closeFrame = () => peer.frames.find(({ first }) => first === CLOSE_FRAME)
  await until(() => closeFrame() !== undefined)
  return closeFrame()?.content.readUInt16BE(0)
}

/** So many zeros, deflated about 1,000 : 1, without ever having them all. */
function bomb (bytes: number): Buffer {
  const piece = deflateRawSync(Buffer.alloc(MIB), { finishFlush: constants.Z_SYNC_FLUSH })
  return Buffer.concat(Array.from({ length: bytes / MIB }, () => piece)).subarray(0, -4)
}

t.test('messages are taken compressed, plain and in pieces, and in the order sent', async (t) => {
  const service = await startService(t, on)
  const peer = await connectPeer(t, service)
  const cut = deflate(JSON.stringify(ping('4', 'in pieces')))
  const [start = Buffer.alloc(0), ...rest] = compressedFrames(cut.subarray(0, 5), cut.subarray(5, 6), Buffer.alloc(0), cut.subarray(6))
  peer.send(
    compressedMessage(ping('1')), compressedMessage(ping('2', 'x'.repeat(60_000))), clientFrame(TEXT, JSON.stringify(ping('3'))),
    start, clientFrame(PING), ...rest, compressedMessage(ping('5'))
  )
  await until(() => peer.envelopes.length === 6)
  t.same(peer.envelopes.map(({ id }) => id), [undefined, '1', '2', '3', '4', '5'])
})

t.test('the last piece of a message is not taken for a message, even where it would be one', async (t) => {
  const service = await startService(t, on)
  const peer = await connectPeer(t, service)
  const text = Buffer.from('{"type":"ping","id":"z"}')
  // A stored block (RFC 1951 section 3.2.4): the text as it is. Its end happens to be deflated data, of three other bytes.
  const block = Buffer.from([0, text.length, 0, ~text.length, 0xff, ...text, 0])
  peer.send(...compressedFrames(block.subarray(0, -4), block.subarray(-4)))
  await until(() => peer.envelopes.length === 2)
  t.match(peer.envelopes[1], { type: 'pong', id: 'z' })
})

t.test('what was sent compressed just before a close is answered before it', async (t) => {
  const service = await startService(t, on)
  const peer = await connectPeer(t, service)
  const ids = Array.from({ length: 50 }, (_, index) => `${index}`)
  peer.send(...ids.map((id) => compressedMessage(ping(id, 'x'.repeat(Number(id) * 1_000)))), clientClose(1000))
  t.equal(await closeCode(peer), 1000)
  t.same(peer.envelopes.slice(1).map(({ id }) => id), ids)
  t.equal(peer.frames.at(-1)?.first, CLOSE_FRAME)
})

t.test('what was sent compressed just before the connection broke still reaches the others', async (t) => {
  const service = await startService(t, on)
  const bob = await memberOf(t, service, 'bob', 'hall')
  const peer = await connectPeer(t, service)
  const numbers = Array.from({ length: 50 }, (_, index) => index)
  peer.send(compressedMessage({ type: 'join_room', room: 'hall' }))
  peer.send(...numbers.map((number) => compressedMessage({ type: 'publish', room: 'hall', payload: [number, 'x'.repeat(number * 500)] })))
  peer.end()
  for (const number of numbers) t.equal(Object((await bob.next('message')).payload)[0], number)
})

t.test('the announced size counts what comes out, and the connection stays', async (t) => {
  const service = await startService(t, { ...on, WS_MAX_MESSAGE_SIZE: '2000' })
  const ada = await connectAs(t, service, 'ada')
  t.equal(ada.socket.extensions, 'permessage-deflate')
  ada.send(JSON.stringify(ping('1')).padEnd(2_000))
  t.match(await ada.next(), { type: 'pong' })
  ada.send(JSON.stringify(ping('2')).padEnd(2_001))
  t.match(await ada.next(), { type: 'error', payload: { code: 'MESSAGE_TOO_LARGE' } })
  ada.send(JSON.stringify(ping('3')).padEnd(8_001))
  t.equal((await ada.closed).code, 1009)
})

t.test('content that is not compressed as it says ends the connection with 1007', async (t) => {
  const service = await startService(t, on)
  for (const content of [Buffer.alloc(20, 0xff), Buffer.alloc(5_000, 0xff), deflate(Buffer.from([0x22, 0xff, 0xfe, 0x22]))]) {
    const peer = await connectPeer(t, service)
    peer.send(...compressedFrames(content))
    t.equal(await closeCode(peer), 1007)
  }
})

t.test('compressed control frames and continuations end the connection with 1002', async (t) => {
  const service = await startService(t, on)
  for (const first of [0xc9, 0xca, 0xc0]) {
    const peer = await connectPeer(t, service)
    const frame = clientFrame(PING)
    frame[0] = first
    peer.send(frame)
    t.equal(await closeCode(peer), 1002)
  }
})

t.test('a22: a compressed frame on a connection without compression ends it with 1002', async (t) => {
  const odd = ['permessage-deflate; server_max_window_bits=7', 'permessage-deflate; odd; =;;', 'permessage-deflate; client_max_window_bits=99, x']
  for (const [env, offers] of [[{ WS_HANDSHAKE_RATE: '0' }, ['permessage-deflate', ...odd]], [on, ['permessage-deflate; server_max_window_bits=9', ...odd]]] as const) {
    const service = await startService(t, env)
    const bystander = await startBystander(t, service)
    for (const offer of offers) {
      const peer = await connectDeflate(t, service.address, await tokenFor({ sub: 'ada' }), offer)
      t.equal(peer.extensions, undefined, offer)
      peer.send(compressedMessage(ping('1')))
      t.equal(await closeCode(peer), 1002)
    }
    await bystander.check(t)
  }
})

t.test('c13: bombs end the connection with 1009 and cost next to no memory', async (t) => {
  const service = await startService(t, on)
  const bob = await connectAs(t, service, 'bob')
  const content = bomb(200 * MIB)
  const explode = async (...frames: Buffer[]) => {
    const peer = await connectPeer(t, service)
    peer.send(...frames)
    t.equal(await closeCode(peer), 1009)
    t.match(await bob.request({ type: 'ping' }), { type: 'pong' })
  }
  const quarters = [0, 1, 2, 3].map((quarter) => content.subarray(quarter * content.length / 4, (quarter + 1) * content.length / 4))
  await explode(...compressedFrames(bomb(MIB)))
  await collectGarbage()
  const before = process.resourceUsage().maxRSS
  for (let round = 0; round < 3; round += 1) {
    await explode(...compressedFrames(bomb(MIB)))
    await explode(...compressedFrames(content))
    await explode(...compressedFrames(...quarters))
  }
  t.ok(process.resourceUsage().maxRSS - before < 16 * 1024, 'KiB')
})

t.test('c13: a bomb of somebody who is only there to be refused costs no memory either', async (t) => {
  const service = await startService(t, on)
  const refused = await connectHttp(t, service.address)
  refused.write(handshake({ headers: { origin: 'http://localhost', 'sec-websocket-extensions': 'permessage-deflate' } }))
  t.match(await refused.response(), { status: 101, headers: { 'sec-websocket-extensions': /^permessage-deflate/ } })
  const frames = Buffer.concat(compressedFrames(bomb(200 * MIB)))
  const before = process.resourceUsage().maxRSS
  refused.socket.write(frames)
  await refused.closed
  t.ok(process.resourceUsage().maxRSS - before < 16 * 1024, 'KiB')
  await connect(t, service.address, { token: await tokenFor({ sub: 'bob' }) }).next('connected')
})
