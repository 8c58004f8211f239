import t from 'tap'
import { probePublish } from '../../src/metrics/publish-probe.ts'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import type { RelayMessage } from '../../src/relay/relay-message.ts'

const nodeId = 'node-1'

t.test('a notice to nobody goes through the relay, and leaves nothing behind', async (t) => {
  const relay = new MemoryRelay({ nodeId })
  const reached: number[] = []
  relay.onMessage(() => reached.push(0))
  const seconds = await probePublish(relay)
  t.ok(seconds !== undefined && seconds >= 0 && seconds < 60)
  t.match(await relay.position(`probe:${nodeId}`), { seq: 0 })
})

t.test('it is for this node alone, without a number', async (t) => {
  const published: RelayMessage[] = []
  const publish = (message: RelayMessage) => { published.push(message); return { recipients: 0 } }
  await probePublish({ nodeId, publish, status: () => ({ kind: 'memory', ready: true }) })
  t.match(published, [{ topics: ['probe:node-1'], ephemeral: true }])
})

t.test('a relay that is not ready, or cannot confirm, gives no figure', async (t) => {
  const publish = async () => { throw new Error('UNAVAILABLE') }
  for (const ready of [true, false]) t.equal(await probePublish({ nodeId, publish, status: () => ({ kind: 'redis', ready }) }), undefined)
})
