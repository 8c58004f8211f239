import t from 'tap'
import { isPromise } from '../../src/maybe-promise.ts'
import { MemoryRelay, type MemoryRelayOptions } from '../../src/relay/memory-relay.ts'
import { presenceContract } from '../contracts/presence-contract.ts'
import { relayContract } from '../contracts/relay-contract.ts'
import { until, type Teardown } from '../helper.ts'

function makeRelay (t: Teardown, options: MemoryRelayOptions = {}): MemoryRelay {
  const relay = new MemoryRelay(options)
  t.teardown(() => relay.close())
  return relay
}

const event = { type: 'news', payload: null, timestamp: '2026-01-01T00:00:00.000Z' }

relayContract(t, async (t) => ({ relay: makeRelay(t) }))
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
