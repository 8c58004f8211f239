import t from 'tap'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import { roomTopic } from '../../src/hub/topics.ts'
import type { OnGap } from '../../src/relay/relay.ts'
import type { Gap } from '../../src/relay/relay-message.ts'
import type { ReceivedFrame } from '../client.ts'
import { until, type Teardown } from '../helper.ts'
import { makeGate } from '../support/gate.ts'
import { SlowRelay, type Wait } from '../support/slow-relay.ts'
import { startWithStalledPeer } from '../support/stalled-peer.ts'
import { enter, member, startHub, type TestHub, type TestHubOptions } from '../support/test-hub.ts'
import { TEXT } from '../support/wire-frames.ts'

const HALL = roomTopic('hall')
const gapOf = (from: number, to: number, topic = HALL): Gap => ({ topic, from_seq: from, to_seq: to })

/** A relay that loses what a test wants lost. */
class LosingRelay extends SlowRelay {
  lose: OnGap = () => {}

  override onGap (listener: OnGap = () => {}): void {
    this.lose = listener
  }
}

async function start (t: Teardown, { wait, ...options }: TestHubOptions & { wait?: Wait } = {}) {
  const relay = new LosingRelay(wait, { keepOf: () => ({ size: 2_000, ttlMs: 60_000 }) })
  return { relay, service: await startHub(t, { ...options, relay }) }
}

async function publish ({ hub }: Pick<TestHub, 'hub'>, count: number, payload: unknown = 'x'): Promise<void> {
  for (let number = 1; number <= count; number += 1) await hub.toRoom('hall', { type: 'news', payload })
}

const heard = (frames: readonly ReceivedFrame[]): unknown[] => frames.filter(({ type }) => type === 'news' || type === 'gap')
  .map(({ seq, payload }) => seq ?? [payload['from_seq'], payload['to_seq']])

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

t.test('what the relay has lost is told to those on the topic, and to nobody else', async (t) => {
  const { relay, service } = await start(t)
  const [ada, bob, eve] = [await member(t, service, 'ada', 'hall'), await enter(t, service, 'bob'), await enter(t, service, 'eve')]
  await bob.request({ type: 'subscribe', room: 'hall' })
  relay.lose(gapOf(3, 5))
  relay.lose(gapOf(1, 1, 'user:eve'))
  t.match((await ada.drain()).filter(({ type }) => type === 'gap'), [{ payload: gapOf(3, 5) }])
  t.match((await bob.drain()).filter(({ type }) => type === 'gap'), [{ payload: gapOf(3, 5), seq: undefined, room: undefined }])
  t.match((await eve.drain()).filter(({ type }) => type === 'gap'), [{ payload: gapOf(1, 1, 'user:eve') }])
})

t.test('a gap during a replay is told in its place: behind the past, before what comes later', async (t) => {
  const gate = makeGate()
  let readings = 0
  const { relay, service } = await start(t, { wait: async (operation) => { if (operation === 'read' && ++readings === 3) await gate.opened } })
  const since = await relay.position(HALL)
  await publish(service, 150)
  const bob = await enter(t, service, 'bob')
  await bob.request({ type: 'join_room', room: 'hall', payload: { since } })
  relay.lose(gapOf(151, 155))
  service.hub.deliver({ topics: [HALL], event: { type: 'news', payload: 1, timestamp: '2026-03-01T12:00:00.000Z' }, positions: [{ ...since, seq: 156 }] })
  t.same(heard(await bob.drain()).filter((entry) => Array.isArray(entry)), [])
  gate.open()
  await until(() => bob.inbox.some(({ seq }) => seq === 156))
  t.same(heard(await bob.drain()).slice(-3), [150, [151, 155], 156])
})

t.test('a gap that finds a full socket is told later, where messages are dropped', async (t) => {
  const relay = new LosingRelay()
  const { peer, connection, hub } = await startWithStalledPeer(t, { relay, slowClient: 'drop', outbox: { messages: 4 } })
  hub.subscribe(connection, HALL)
  for (let number = 1; number <= 4; number += 1) connection.send('filler', null)
  relay.lose(gapOf(3, 5))
  relay.lose(gapOf(8, 9))
  relay.lose(gapOf(2, 2, 'user:slow'))
  peer.socket.resume()
  await until(() => connection.stalledSince === 0)
  connection.close(closeCodes.normal)
  const gaps = (await peer.rest()).filter(({ opcode }) => opcode === TEXT).map(({ payload }) => JSON.parse(payload.toString())).filter(({ type }) => type === 'gap')
  t.match(gaps, [{ payload: gapOf(3, 9) }, { payload: gapOf(2, 2, 'user:slow') }])
  t.equal(gaps.length, 2)
})

t.test('a gap that finds a full socket closes the connection, where slow clients are closed', async (t) => {
  const relay = new LosingRelay()
  const { connection, hub, lines } = await startWithStalledPeer(t, { relay, outbox: { messages: 4 } })
  hub.subscribe(connection, HALL)
  for (let number = 1; connection.isOpen && number <= 3; number += 1) connection.send('filler', null)
  relay.lose(gapOf(3, 5))
  await until(() => hub.size === 0)
  t.match(lines.findLast(({ text }) => text === 'client disconnected'), { fields: { code: 1013 } })
})

/** More than the send buffer is published while a reading of the history hangs. */
async function overflow (t: Teardown, { at, slowClient }: { at: number, slowClient: 'close' | 'drop' }) {
  const gate = makeGate()
  let readings = 0
  const { relay, service } = await start(t, { slowClient, wait: async (operation) => { if (operation === 'read' && ++readings === at) await gate.opened } })
  const since = await relay.position(HALL)
  await publish(service, 150)
  const bob = await enter(t, service, 'bob')
  bob.send({ type: 'subscribe', room: 'hall', payload: { since } })
  await until(() => readings === at)
  await publish(service, 300)
  gate.open()
  return { service, bob }
}

t.test('more than the send buffer arrives while the history is read: the connection is closed', async (t) => {
  const { bob } = await overflow(t, { at: 1, slowClient: 'close' })
  t.equal((await bob.closed).code, 1013)
})

t.test('… or, where messages are dropped, they are told as a gap, and the topic goes on', async (t) => {
  const { service, bob } = await overflow(t, { at: 3, slowClient: 'drop' })
  await until(() => bob.inbox.some(({ type }) => type === 'gap'))
  await publish(service, 2)
  t.same(heard(await bob.drain()), [...numbers(1, 406), [407, 450], 451, 452])
  t.equal(service.lines.filter(({ text }) => text === 'dropping message for slow client').length, 1)
})

t.test('… and those that the history holds by then are no gap', async (t) => {
  const { service, bob } = await overflow(t, { at: 1, slowClient: 'drop' })
  t.match(await bob.next('subscribed'), { payload: { missed: 450 } })
  await until(() => bob.inbox.some(({ seq }) => seq === 450))
  await publish(service, 2)
  t.same(heard(await bob.drain()), numbers(1, 452))
})

t.test('an overflow of which the history holds a part is a gap from there', async (t) => {
  const { service, bob } = await overflow(t, { at: 2, slowClient: 'drop' })
  t.match(await bob.next('subscribed'), { payload: { missed: 150 } })
  await until(() => bob.inbox.some(({ type }) => type === 'gap'))
  await publish(service, 1)
  t.same(heard(await bob.drain()), [...numbers(1, 406), [407, 450], 451])
})
