import t from 'tap'
import { JsonText } from '../../src/json-text.ts'
import { isPromise } from '../../src/maybe-promise.ts'
import { MemoryRelay, type MemoryRelayOptions } from '../../src/relay/memory-relay.ts'
import { presenceContract } from '../contracts/presence-contract.ts'
import { relayContract } from '../contracts/relay-contract.ts'
import { eventOf } from '../contracts/relay-node.ts'
import { until, type Teardown } from '../helper.ts'
import { collectGarbage } from '../support/collect-garbage.ts'

function makeRelay (t: Teardown, options: MemoryRelayOptions = {}): MemoryRelay {
  const relay = new MemoryRelay(options)
  t.teardown(() => relay.close())
  return relay
}

const event = { type: 'news', payload: null, timestamp: '2026-01-01T00:00:00.000Z' }

relayContract(t, async (t, options) => ({ relay: makeRelay(t, options) }))
presenceContract(t, async (t) => ({ relay: makeRelay(t) }))

t.test('a message is handed back within the call that publishes it', async (t) => {
  const relay = makeRelay(t)
  let handed = 0
  relay.onMessage(() => { handed += 1; return 1 })
  const result = relay.publish({ topics: ['all'], event })
  t.equal(handed, 1)
  t.notOk(isPromise(result))
})

t.test('a message published while another is handed over keeps the numbering', async (t) => {
  const relay = makeRelay(t)
  const seqs: unknown[] = []
  relay.onMessage(({ positions: [position] }) => {
    if (position?.seq === 1) relay.publish({ topics: ['all'], event })
    return seqs.push(position?.seq)
  })
  relay.publish({ topics: ['all'], event })
  t.same(seqs.sort(), [1, 2])
})

t.test('two relays do not share an epoch: the numbering of a new process is another one', async (t) => {
  t.not(makeRelay(t).position('all').epoch, makeRelay(t).position('all').epoch)
})

t.test('a numbering outlives its last message for the configured time, then memory is freed', async (t) => {
  const relay = makeRelay(t, { positionTtlMs: 20, sweepIntervalMs: 5 })
  relay.publish({ topics: ['room:a'], event })
  t.equal(relay.position('room:a').seq, 1)
  await until(() => relay.position('room:a').seq === 0)
  t.equal(relay.publish({ topics: ['room:a'], event }).seq, 1)
})

t.test('a numbering that starts anew has another epoch', async (t) => {
  const relay = makeRelay(t, { positionTtlMs: 20, sweepIntervalMs: 5 })
  const { epoch } = relay.publish({ topics: ['room:a'], event })
  await until(() => relay.position('room:a').seq === 0)
  t.not(relay.position('room:a').epoch, epoch)
  t.equal(relay.publish({ topics: ['room:a'], event }).epoch, relay.position('room:a').epoch)
})

t.test('a topic in use is never forgotten', async (t) => {
  const relay = makeRelay(t, { positionTtlMs: 60_000, sweepIntervalMs: 1 })
  relay.publish({ topics: ['room:a'], event })
  let sweeps = 0
  const counting = setInterval(() => { sweeps += 1 }, 1)
  await until(() => sweeps > 20)
  clearInterval(counting)
  t.equal(relay.position('room:a').seq, 1)
})

t.test('whoever is handed a message can read it, and whoever publishes then comes behind it', async (t) => {
  const relay = makeRelay(t)
  const read: unknown[] = []
  relay.onMessage(({ positions: [position] }) => {
    read.push(relay.read('room:a', { limit: 10 }).messages.map(({ seq }) => seq))
    if (position?.seq === 1) relay.publish({ topics: ['room:a'], event })
    return 1
  })
  relay.publish({ topics: ['room:a'], event })
  t.same(read, [[1], [1, 2]])
})

t.test('what is kept says what was published, whatever the publisher does to it afterwards', async (t) => {
  const relay = makeRelay(t)
  const payload = { content: 'said' }
  relay.publish({ topics: ['room:a'], event: eventOf(payload) })
  payload.content = 'altered'
  t.equal(JSON.stringify(relay.read('room:a', { limit: 1 }).messages[0]?.message.event.payload), '{"content":"said"}')
})

t.test('a message that cannot be written as JSON is refused and takes no number', async (t) => {
  const relay = makeRelay(t)
  t.throws(() => relay.publish({ topics: ['room:a'], event: eventOf(1n) }), TypeError)
  t.equal(relay.publish({ topics: ['room:a'], event }).seq, 1)
  t.equal(relay.read('room:a', { limit: 10 }).messages.length, 1)
})

t.test('the memory of what is kept is bounded, and the numbering stays', async (t) => {
  const relay = makeRelay(t, { maxHistoryBytes: 10_000 })
  const { epoch } = relay.publish({ topics: ['room:a'], event })
  for (let index = 0; index < 100; index += 1) relay.publish({ topics: [`room:${index}`], event })
  t.same(relay.read('room:a', { limit: 10 }), { epoch, seq: 1, oldest: 2, messages: [] })
  t.equal(relay.read('room:99', { limit: 10 }).messages.length, 1)
})

t.test('a room that somebody is in, and that nothing was said in yet, stays where it is while other numberings go', async (t) => {
  const relay = makeRelay(t, { maxStreams: 10, positionTtlMs: 20, sweepIntervalMs: 5 })
  relay.subscribe('room:quiet')
  const place = relay.position('room:quiet')
  for (let index = 0; index < 20; index += 1) relay.publish({ topics: [`room:${index}`], event })
  const { epoch } = relay.position('room:other')
  await until(() => relay.position('room:other').epoch !== epoch)
  t.same(relay.position('room:quiet'), place)
  t.match(relay.publish({ topics: ['room:quiet'], event }), { epoch: place.epoch, seq: 1 })
})

t.test('what is kept goes with the numbering', async (t) => {
  const relay = makeRelay(t, { maxStreams: 10 })
  for (let count = 0; count < 3; count += 1) relay.publish({ topics: ['room:a'], event })
  for (let index = 0; index < 20; index += 1) relay.publish({ topics: [`room:${index}`], event })
  t.match(relay.read('room:a', { limit: 10 }), { seq: 0, oldest: 1, messages: { length: 0 } })
  const { epoch } = relay.publish({ topics: ['room:a'], event })
  t.match(relay.read('room:a', { limit: 10 }), { epoch, seq: 1, oldest: 1, messages: { length: 1 } })
})

t.test('outlived messages are freed without being asked for', async (t) => {
  const relay = makeRelay(t, { keepOf: () => ({ size: 10, ttlMs: 20 }), sweepIntervalMs: 5 })
  const publish = () => {
    const payload = new JsonText('"long"')
    relay.publish({ topics: ['room:a'], event: eventOf(payload) })
    return new WeakRef(payload)
  }
  const kept = publish()
  await until(async () => {
    await collectGarbage()
    return kept.deref() === undefined
  })
  t.equal(relay.position('room:a').seq, 1)
})
