import type { Test } from 'tap'
import type { TopicName } from '../../src/hub/topics.ts'
import type { NumberedMessage, OutboundEvent, PublishResult, RelayMessage } from '../../src/relay/relay-message.ts'
import type { Relay } from '../../src/relay/relay.ts'
import { until, type Teardown } from '../helper.ts'

/** One relay, or two of the same cluster; nothing has happened on them, and they end with the test. */
export type BuildRelay = (t: Teardown) => Promise<{ readonly relay: Relay, readonly second?: Relay }>

/** A node as the relay sees it: notes what it is handed, and says that each message reached two connections. */
class Node {
  readonly relay: Relay
  readonly received: NumberedMessage[] = []

  constructor (relay: Relay) {
    this.relay = relay
    relay.onMessage((message) => this.received.push(message) && 2)
  }

  /** From here on the node gets what is published to the topic: that is what reading the position promises. */
  async subscribe (topic: TopicName): Promise<void> {
    this.relay.subscribe(topic)
    await this.relay.position(topic)
  }

  async publish (topics: readonly TopicName[], more: Partial<RelayMessage> = {}): Promise<PublishResult> {
    return await this.relay.publish({ topics, event: eventOf(''), ...more })
  }

  /** Everything received, once it is as much as expected. */
  async got (count: number): Promise<readonly NumberedMessage[]> {
    await until(() => this.received.length >= count)
    return this.received
  }
}

function eventOf (payload: unknown): OutboundEvent {
  return { type: 'news', payload, timestamp: '2026-01-01T00:00:00.000Z' }
}

async function nodesOf (t: Teardown, build: BuildRelay, topics: readonly TopicName[]): Promise<[Node, ...Node[]]> {
  const { relay, second } = await build(t)
  const nodes: [Node, ...Node[]] = [new Node(relay), ...(second === undefined ? [] : [new Node(second)])]
  for (const node of nodes) {
    for (const topic of topics) await node.subscribe(topic)
  }
  return nodes
}

/** What every relay must do, whatever carries it. */
export function relayContract (t: Test, build: BuildRelay): void {
  t.test('a message comes back to every node that has its topic, the publisher\'s own included, once', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a', 'all'])
    await nodes[0].publish(['room:a'])
    await nodes[0].publish(['all'])
    for (const node of nodes) t.same((await node.got(2)).map(({ topics }) => topics), [['room:a'], ['all']])
  })

  t.test('recipients are those of all nodes', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a'])
    t.equal((await nodes[0].publish(['room:a'])).recipients, 2 * nodes.length)
  })

  t.test('an event arrives as it was published', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a'])
    const event = { ...eventOf({ deep: [[null, 1.5, 'ж€😀\u2028"\\', {}]] }), id: 'i', room: 'a', sender: { id: '1', name: 'Ada' } }
    await nodes[0].publish(['room:a'], { event, except: ['connection:7', 'user:ada'] })
    for (const node of nodes) t.match(await node.got(1), [{ event, except: ['connection:7', 'user:ada'] }])
  })

  t.test('messages of one publisher arrive in the order of the calls, not of the answers', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a'])
    const numbers = Array.from({ length: 200 }, (_, index) => index)
    await Promise.all(numbers.map((number) => nodes[0].publish(['room:a'], { event: eventOf(number) })))
    for (const node of nodes) t.same((await node.got(200)).map(({ event }) => event.payload), numbers)
  })

  t.test('each topic is numbered on its own from 1, without holes', async (t) => {
    const nodes = await nodesOf(t, build, ['room:a', 'room:b'])
    const seqs = []
    for (const topic of ['room:a', 'room:b', 'room:a', 'room:a']) seqs.push((await nodes[0].publish([topic])).seq)
    t.same(seqs, [1, 1, 2, 3])
    for (const node of nodes) t.same((await node.got(4)).map(({ positions }) => positions.map((position) => position?.seq)), [[1], [1], [2], [3]])
  })

  t.test('the answer, the message and the position of the topic agree', async (t) => {
    const [node] = await nodesOf(t, build, ['room:a'])
    const { seq, epoch } = await node.publish(['room:a'])
    t.same((await node.got(1))[0]?.positions, [{ seq, epoch }])
    t.same(await node.relay.position('room:a'), { seq, epoch })
  })

  t.test('a topic without messages is at 0 of an epoch, and stays in it', async (t) => {
    const [node] = await nodesOf(t, build, [])
    const { epoch, seq } = await node.relay.position('room:new')
    t.equal(seq, 0)
    t.same(await node.publish(['room:new']), { recipients: node.received.length * 2, seq: 1, epoch })
  })

  t.test('a message with several topics is handed over once, with a number in each', async (t) => {
    const nodes = await nodesOf(t, build, ['user:ada', 'room:a'])
    await nodes[0].publish(['room:a'])
    const result = await nodes[0].publish(['user:ada', 'room:a'])
    t.same([result.seq, result.epoch], [undefined, undefined], 'no single number to tell')
    for (const node of nodes) t.same((await node.got(2))[1]?.positions.map((position) => position?.seq), [1, 2])
  })

  t.test('a notice has no number and takes none away', async (t) => {
    const nodes = await nodesOf(t, build, ['members:a'])
    t.equal((await nodes[0].publish(['members:a'], { ephemeral: true })).seq, undefined)
    t.equal((await nodes[0].publish(['members:a'])).seq, 1)
    for (const node of nodes) t.equal((await node.got(2))[0]?.positions[0], undefined)
  })

  t.test('a single connection has no stream', async (t) => {
    const [node] = await nodesOf(t, build, ['connection:7', 'user:ada'])
    t.equal((await node.publish(['connection:7'])).seq, undefined)
    await node.publish(['connection:7', 'user:ada'])
    t.same((await node.got(2))[1]?.positions.map((position) => position?.seq), [undefined, 1])
  })

  t.test('a relay that is open can carry messages, and says so', async (t) => {
    const { relay } = await build(t)
    t.match(relay.status(), { kind: String, ready: true, reason: undefined })
  })

  t.test('a closed relay refuses with UNAVAILABLE, delivers nothing, and says why (S0-109)', async (t) => {
    const [node] = await nodesOf(t, build, ['room:a'])
    await node.relay.close()
    await t.rejects(node.publish(['room:a']), { code: 'UNAVAILABLE' })
    t.same(node.received, [])
    t.match(node.relay.status(), { ready: false, reason: String })
  })
}
