import t from 'tap'
import { roomTopic } from '../../src/hub/topics.ts'
import type { Position } from '../../src/relay/relay-message.ts'
import type { TestClient } from '../client.ts'
import { until, type Teardown } from '../helper.ts'
import { makeGate } from '../support/gate.ts'
import type { RawPeer } from '../support/raw-peer.ts'
import { SlowRelay } from '../support/slow-relay.ts'
import { startWithStalledPeer } from '../support/stalled-peer.ts'
import { enter, startHub, type TestHub, type TestHubOptions } from '../support/test-hub.ts'
import { TEXT } from '../support/wire-frames.ts'

const KILOBYTE = 'x'.repeat(1_000)
const HALL = roomTopic('hall')

/** Lets a test step in before each reading of a stream; the first is number 1. */
class Readings {
  count = 0
  before: (number: number) => Promise<unknown> = async () => {}
  readonly relay: SlowRelay

  constructor (size = 2_000) {
    const wait = async (operation: string): Promise<unknown> => {
      if (operation !== 'read') return
      this.count += 1
      return await this.before(this.count)
    }
    this.relay = new SlowRelay(wait, { keepOf: () => ({ size, ttlMs: 60_000 }) })
  }
}

async function publish ({ hub }: Pick<TestHub, 'hub'>, room: string, count: number, payload = KILOBYTE): Promise<void> {
  for (let number = 1; number <= count; number += 1) await hub.toRoom(room, { type: 'news', payload })
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

/** What came of a topic, in order: numbers, and gaps as pairs. */
function heard (frames: ReadonlyArray<{ readonly type: string, readonly seq?: number, readonly payload: Record<string, unknown> }>): unknown[] {
  return frames.filter(({ type }) => type === 'news' || type === 'gap').map(({ seq, payload }) => seq ?? [payload['from_seq'], payload['to_seq']])
}

/** A client beside a room with messages, and where the room began. */
async function start (t: Teardown, count: number, { size, ...options }: TestHubOptions & { size?: number } = {}) {
  const readings = new Readings(size)
  const service = await startHub(t, { ...options, relay: readings.relay })
  const since = await readings.relay.position(HALL)
  await publish(service, 'hall', count, 'old')
  return { service, readings, since, bob: await enter(t, service, 'bob') }
}

const join = (since: Position, room = 'hall') => ({ type: 'join_room', room, payload: { since } })

/** Everything up to a last message of the topic. */
async function upTo (client: TestClient, seq: number): Promise<unknown[]> {
  await until(() => client.inbox.some((frame) => frame.seq === seq))
  return heard(client.inbox.splice(0))
}

async function rawNumbers (peer: RawPeer, room: string, count: number): Promise<unknown[]> {
  const seen: unknown[] = []
  while (seen.length < count) {
    const message = await peer.message('news')
    if (message.room === room) seen.push(message.seq)
  }
  return seen
}

t.test('a peer that does not read for a while gets all of it, in order; the replay reads no further than the peer', async (t) => {
  const readings = new Readings()
  const service = await startWithStalledPeer(t, { relay: readings.relay })
  const { peer, connection } = service
  const since = await readings.relay.position(HALL)
  await publish(service, 'hall', 1000)
  peer.send(join(since))
  await until(() => readings.count === 10)
  await publish(service, 'hall', 200)
  await publish(service, 'side', 1)
  t.equal(readings.count, 10, 'the messages were counted, and of the rest nothing was read again')
  t.ok(connection.isOpen)
  peer.socket.resume()
  t.match(await peer.message('room_info'), { payload: { recovered: true, missed: 1_000, seq: 0 } })
  t.same(await rawNumbers(peer, 'hall', 1_200), numbers(1, 1_200))
  t.ok(connection.isOpen)
})

t.test('many rooms at once, more than the send buffer and the socket hold: nobody is too slow by that, and what else comes finds room', async (t) => {
  const readings = new Readings()
  const service = await startWithStalledPeer(t, { relay: readings.relay })
  const { peer, connection, hub } = service
  const rooms = numbers(1, 128).map((number) => `room ${number}`)
  const since = await readings.relay.position(HALL)
  for (const room of rooms) await publish(service, room, 20)
  peer.send({ type: 'resume', payload: { topics: Object.fromEntries(rooms.map((room) => [roomTopic(room), since])) } })
  await until(() => connection.rooms.size === 128)
  for (let number = 1; number <= 200; number += 1) await hub.toUser('slow', { type: 'ring', payload: number })
  peer.socket.resume()
  const { payload } = await peer.message('resumed')
  t.same(Object.values(payload['topics'] ?? {}).map(({ missed }) => missed), rooms.map(() => 20))
  const seen = new Map<string, unknown[]>(rooms.map((room) => [room, []]))
  let rings = 0
  for (let count = 0; count < 128 * 20 + 200; count += 1) {
    const frame = await peer.next(TEXT)
    const { type, room, seq } = JSON.parse(String(frame?.payload))
    if (type === 'ring') rings += 1
    else seen.get(room)?.push(seq)
  }
  t.equal(rings, 200)
  t.same([...seen.values()], rooms.map(() => numbers(1, 20)))
  t.equal(hub.size, 1)
})

t.test('a send buffer smaller than what is written at once is enough', async (t) => {
  const { service, since, bob } = await start(t, 100, { outbox: { messages: 2, bytes: 2_000 } })
  t.match(await bob.request(join(since)), { payload: { missed: 100 } })
  t.same(await upTo(bob, 100), numbers(1, 100))
  t.equal(service.hub.size, 1)
})

t.test('the present of the topic waits behind its past, each once; other topics and answers do not wait', async (t) => {
  const { service, readings, since, bob } = await start(t, 250)
  const gate = makeGate()
  readings.before = async (number) => { if (number === 4) await gate.opened }
  t.match(await bob.request(join(since)), { payload: { missed: 250 } })
  await until(() => readings.count === 4)
  await publish(service, 'hall', 50)
  await service.hub.toUser('bob', { type: 'ring' })
  await bob.next('ring')
  bob.send({ type: 'publish', id: 'mine', room: 'hall', payload: 'mine' })
  t.same(heard(await bob.drain()), numbers(1, 100))
  gate.open()
  t.match(await bob.next('ack'), { id: 'mine', payload: { seq: 301 } }, 'an answer that names a place waits for what comes before')
  t.same(await upTo(bob, 300), numbers(101, 300))
  await publish(service, 'hall', 1)
  t.same(heard(await bob.drain()), [302])
})

t.test('what is dropped from the history in mid-replay is told as a gap, the rest follows', async (t) => {
  const { service, readings, since, bob } = await start(t, 1_000, { size: 1_000 })
  readings.before = async (number) => { if (number === 11) await publish(service, 'hall', 150, 'new') }
  t.match(await bob.request(join(since)), { payload: { recovered: true, missed: 1_000 } })
  t.same(await upTo(bob, 1_150), [...numbers(1, 100), [101, 150], ...numbers(151, 1_150)])
})

t.test('a history that cannot be read to its end is told as a gap, and the present goes on', async (t) => {
  const { service, readings, since, bob } = await start(t, 1_000)
  readings.before = async (number) => {
    if (number === 12) await publish(service, 'hall', 3)
    if (number >= 12) throw new Error('no answer')
  }
  t.match(await bob.request(join(since)), { payload: { missed: 1_000 } })
  t.same(await upTo(bob, 1_003), [...numbers(1, 200), [201, 1_000], 1_001, 1_002, 1_003])
})

t.test('a connection that ends in mid-replay is let go of', async (t) => {
  const { service, readings, since, bob } = await start(t, 1_000)
  const gate = makeGate()
  readings.before = async (number) => { if (number === 11) await gate.opened }
  await bob.request(join(since))
  await until(() => readings.count === 11)
  await bob.close()
  await until(() => service.hub.size === 0)
  gate.open()
  await publish(service, 'hall', 1)
  t.equal(readings.count, 11)
  t.same(service.lines.filter(({ level }) => level === 'error'), [])
})

t.test('a connection that ends while its socket is full is let go of', async (t) => {
  const readings = new Readings()
  const service = await startWithStalledPeer(t, { relay: readings.relay })
  const since = await readings.relay.position(HALL)
  await publish(service, 'hall', 300)
  service.peer.send(join(since))
  await until(() => readings.count === 3)
  service.connection.terminate('gone')
  t.equal(service.connection.roomForPast(), undefined)
  t.same([service.hub.size, readings.count, service.lines.filter(({ level }) => level === 'error')], [0, 3, []])
})

t.test('who leaves in mid-replay gets nothing more of it', async (t) => {
  const { service, readings, since, bob } = await start(t, 1_000)
  const gate = makeGate()
  readings.before = async (number) => { if (number === 11) await gate.opened }
  await bob.request(join(since))
  await until(() => readings.count === 11)
  await bob.request({ type: 'leave_room', room: 'hall' })
  t.same(heard(bob.inbox.splice(0)), numbers(1, 100))
  await publish(service, 'hall', 1)
  gate.open()
  t.same(heard([...await bob.drain(), ...await bob.drain()]), [])
  t.equal(readings.count, 11)
})

t.test('who comes in again after leaving in mid-replay gets the present at once', async (t) => {
  const { service, readings, since, bob } = await start(t, 300)
  const gate = makeGate()
  readings.before = async (number) => { if (number === 4) await gate.opened }
  await bob.request(join(since))
  await until(() => readings.count === 4)
  await bob.request({ type: 'leave_room', room: 'hall' })
  await bob.request({ type: 'join_room', room: 'hall' })
  bob.inbox.splice(0)
  await publish(service, 'hall', 1)
  t.same(heard(await bob.drain()), [301])
  gate.open()
  await publish(service, 'hall', 1)
  t.same(heard(await bob.drain()), [302])
})

t.test('the same topic asked for again in mid-replay begins anew', async (t) => {
  const { service, readings, since, bob } = await start(t, 300)
  const gate = makeGate()
  readings.before = async (number) => { if (number === 4) await gate.opened }
  await bob.request(join(since))
  await until(() => readings.count === 4)
  await publish(service, 'hall', 10)
  t.match(await bob.request(join({ ...since, seq: 50 })), { payload: { missed: 260 } })
  gate.open()
  await publish(service, 'hall', 1)
  t.same(await upTo(bob, 311), [...numbers(1, 100), ...numbers(51, 311)])
})

t.test('asked for again in vain in mid-replay: what was not shown yet is told as a gap, and the present goes on', async (t) => {
  const { service, readings, since, bob } = await start(t, 300)
  const gate = makeGate()
  readings.before = async (number) => {
    if (number === 4) await gate.opened
    if (number === 5) throw new Error('no answer')
  }
  await bob.request(join(since))
  await until(() => readings.count === 4)
  await publish(service, 'hall', 10)
  t.match(await bob.request(join(since)), { type: 'error' })
  gate.open()
  await publish(service, 'hall', 1)
  t.same(await upTo(bob, 311), [...numbers(1, 100), [101, 310], 311])
})

t.test('the same request again, without anything new, has the same answer', async (t) => {
  const { since, bob } = await start(t, 3)
  for (let round = 0; round < 3; round += 1) {
    t.match(await bob.request(join(since)), { payload: { recovered: true, missed: 3, seq: 0 } })
    t.same(heard(await bob.drain()), [1, 2, 3])
  }
})

t.test('a stream that begins anew in mid-replay: the old numbers are lost, the new ones pass', async (t) => {
  const { service, readings, since, bob } = await start(t, 300)
  const gate = makeGate()
  const { relay } = readings
  const read = relay.read.bind(relay)
  let isNew = false
  relay.read = async (topic, range) => {
    const page = await read(topic, range)
    return isNew ? { ...page, epoch: 'new' } : page
  }
  readings.before = async (number) => { if (number === 4) await gate.opened }
  await bob.request(join(since))
  await until(() => readings.count === 4)
  isNew = true
  const event = { type: 'news', payload: null, timestamp: '2026-01-01T00:00:00.000Z' }
  service.hub.deliver({ topics: [HALL], event, positions: [{ epoch: 'new', seq: 7 }] })
  gate.open()
  await until(() => bob.inbox.some(({ type }) => type === 'gap'))
  t.same(heard(await bob.drain()).slice(-3), [100, [101, 300], 7])
})
