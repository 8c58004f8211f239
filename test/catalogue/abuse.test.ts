import t from 'tap'
import { connectAs, memberOf, postJson, startService, tokenFor, until, type Teardown } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { connectRaw, type RawPeer } from '../support/raw-peer.ts'
import { clientFrame, CLOSE, closeCodeOf, PING, PONG, TEXT, type WireFrame } from '../support/wire-frames.ts'

const ADMIN = { sub: 'root', role: 'admin' }
const service = await startService(t)

async function rawMember (t: Teardown, user: string, room: string): Promise<RawPeer> {
  const peer = await connectRaw(t, service.address, { token: await tokenFor({ sub: user }) })
  peer.send({ type: 'join_room', room })
  await peer.message('room_info')
  return peer
}

async function closeCode (peer: RawPeer): Promise<number | undefined> {
  const frame = await peer.next(CLOSE)
  return frame && closeCodeOf(frame)
}

const times = (count: number, frame: Buffer): Buffer => Buffer.concat(new Array<Buffer>(count).fill(frame))

t.test('c3: of messages at many times the rate only what it allows is passed on, then the connection ends with 4029', async (t) => {
  const bystander = await startBystander(t, service)
  const bob = await memberOf(t, service, 'bob', 'c3')
  const ada = await rawMember(t, 'ada', 'c3')
  ada.send(times(1_000, clientFrame(TEXT, JSON.stringify({ type: 'publish', room: 'c3', payload: 'spam' }))))
  t.equal(await closeCode(ada), 4029)
  const heard = (await bob.drain()).filter(({ payload }) => String(payload) === 'spam').length
  t.ok(heard >= 90 && heard <= 300, `${heard} of 1,000 were passed on`)
  await bystander.check(t)
})

for (const [what, opcode] of [['pings', PING], ['pongs that nobody asked for', PONG]] as const) {
  t.test(`c12: ${what} count against the rate, and too many end the connection with 4029`, async (t) => {
    const bystander = await startBystander(t, service)
    const ada = await rawMember(t, 'ada', 'c12')
    // A few at a time: ws cuts off who has more than 60 pings unanswered.
    let code: number | undefined
    for (let sent = 0; code === undefined && sent < 1_000; sent += 40) {
      ada.send(times(40, clientFrame(opcode, 'x')), clientFrame(PING, 'last'))
      const frame = await lastAnswer(ada)
      code = frame.opcode === CLOSE ? closeCodeOf(frame) : undefined
    }
    t.equal(code, 4029)
    await bystander.check(t)
  })
}

/** The answer to the ping `last`, or the close frame before it. */
async function lastAnswer (peer: RawPeer): Promise<WireFrame> {
  for (;;) {
    const frame = await peer.next()
    if (frame === undefined) throw new Error('the connection ended without a close frame')
    if (frame.opcode === CLOSE || (frame.opcode === PONG && frame.payload.toString() === 'last')) return frame
  }
}

t.test('c12: a peer that pings without reading the answers ends, too', async (t) => {
  const bystander = await startBystander(t, service)
  const ada = await rawMember(t, 'ada', 'c12')
  ada.socket.pause()
  const before = service.app.hub.size
  ada.send(times(20_000, clientFrame(PING, 'x'.repeat(125))))
  await until(() => service.app.hub.size < before)
  await bystander.check(t)
})

t.test('c15: however often somebody begins and stops typing, the others are told once a second, and messages are in no way held up', async (t) => {
  const bob = await memberOf(t, service, 'bob', 'c15')
  const ada = await memberOf(t, service, 'ada', 'c15')
  for (let sent = 0; sent < 90; sent += 1) ada.send({ type: 'typing', room: 'c15', payload: { is_typing: sent % 2 === 0 } })
  t.equal((await ada.request({ type: 'send_message', room: 'c15', payload: { content: 'hi' } })).type, 'ack')
  t.match(await bob.next('new_message'), { payload: { content: 'hi' } })
  const told = bob.inbox.filter(({ type }) => type === 'user_typing').length
  t.ok(told >= 1 && told <= 4, `told ${told} times`)
})

t.test('c16: a history or resumption without measure is refused or bounded, and never said to be complete', async (t) => {
  const bystander = await startBystander(t, service)
  const ada = await memberOf(t, service, 'ada', 'c16')
  for (const payload of [{ limit: 1e9 }, { limit: -1 }, { before: -1 }, { before: 2 ** 53 }, { since: { epoch: 'e', seq: -1 } }]) {
    t.match(await ada.request({ type: 'history', room: 'c16', payload }), { payload: { code: 'INVALID_PAYLOAD' } }, JSON.stringify(payload))
  }
  const topics = (count: number, seq = 1) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`room:c16-${index}`, { epoch: 'foreign', seq }]))
  t.match(await ada.request({ type: 'resume', payload: { topics: topics(129) } }), { payload: { code: 'INVALID_PAYLOAD' } })
  t.match(await ada.request({ type: 'resume', payload: { topics: topics(1, 2 ** 53) } }), { payload: { code: 'INVALID_PAYLOAD' } })
  const resumed = await ada.request({ type: 'resume', payload: { topics: topics(100) } })
  const answers = Object.values(Object(resumed.payload['topics']))
  t.ok(answers.length === 100 && answers.every((answer) => Object(answer).recovered === false), 'a foreign epoch is never recovered')
  await bystander.check(t)
})

t.test('c11: a member who reads far less than is said, but answers every ping, is closed as too slow', async (t) => {
  const slow = await startService(t, { WS_PING_PERIOD: '20ms', WS_PONG_WAIT: '60s', WS_MESSAGE_RATE: '0' })
  const bystander = await startBystander(t, slow)
  const peer = await connectRaw(t, slow.address, { token: await tokenFor({ sub: 'slow' }) })
  peer.send({ type: 'join_room', room: 'busy' })
  await peer.message('room_info')
  peer.socket.pause()
  const timer = setInterval(() => {
    peer.socket.read(1_000)
    if (!peer.socket.destroyed) peer.send(clientFrame(PONG))
  }, 5)
  t.teardown(() => clearInterval(timer))
  const loud = await memberOf(t, slow, 'loud', 'busy')
  while (!slow.logs.some(({ msg, code }) => msg === 'client disconnected' && code === 1013)) {
    await loud.request({ type: 'publish', room: 'busy', payload: 'x'.repeat(60_000) })
  }
  t.equal(slow.app.hub.size, 2, 'the others are still there')
  await bystander.check(t)
})

t.test('c14: thousands of unknown receivers are none, a list of more is refused by its schema or its size, and nobody else has to wait', async (t) => {
  const bystander = await startBystander(t, service)
  const users = (count: number) => ({ message: 'x', target: { users: Array.from({ length: count }, (_, index) => `u${index}`) } })
  t.match(await postJson(service, '/ws/broadcast', users(10_000), ADMIN), { status: 200, body: { recipients: 0 } })
  t.match(await postJson(service, '/ws/broadcast', users(100_000), ADMIN), { status: 400, body: { code: 'INVALID_PAYLOAD' } })
  t.match(await postJson(service, '/ws/broadcast', users(1_000_000), ADMIN), { status: 413, body: { code: 'MESSAGE_TOO_LARGE' } })
  await bystander.check(t)
})

t.test('c5: thousands of rooms joined and left leave nothing behind', async (t) => {
  const roomy = await startService(t, { WS_MESSAGE_RATE: '0' })
  const ada = await connectAs(t, roomy, 'ada')
  for (let round = 0; round < 2_000; round += 1) {
    ada.send({ type: round % 2 === 0 ? 'join_room' : 'subscribe', room: `room-${round}` })
    ada.send({ type: round % 2 === 0 ? 'leave_room' : 'unsubscribe', room: `room-${round}` })
  }
  const answers = await ada.drain()
  t.notOk(answers.some(({ type }) => type === 'error'), 'each was let in')
  const [connection] = roomy.app.hub.connections()
  t.same([roomy.app.hub.roomCount, connection?.rooms.size, (await roomy.app.rooms.list()).length], [0, 0, 0])
})

t.test('c19: one message sent a thousand times is delivered once, and answered alike each time', async (t) => {
  const roomy = await startService(t, { WS_MESSAGE_RATE: '0' })
  const bob = await memberOf(t, roomy, 'bob', 'hall')
  const ada = await memberOf(t, roomy, 'ada', 'hall')
  for (let sent = 0; sent < 1_000; sent += 1) ada.send({ type: 'publish', room: 'hall', id: 'once', payload: 1 })
  const acks = (await ada.drain()).filter(({ type }) => type === 'ack')
  t.equal(acks.length, 1_000)
  t.equal(new Set(acks.map(({ payload: { seq, epoch } }) => `${String(seq)} ${String(epoch)}`)).size, 1)
  t.equal(acks.filter(({ payload }) => payload['duplicate'] === true).length, 999)
  t.equal((await bob.drain()).filter(({ type }) => type === 'message').length, 1)
})
