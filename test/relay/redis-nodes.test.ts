import t from 'tap'
import type { RedisRelay } from '../../src/relay/redis/redis-relay.ts'
import { until, type Teardown } from '../helper.ts'
import { openTestRelay, type TestRelayOptions } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'
import { startRedisSentinel } from '../support/redis-sentinel.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const QUICK_LEASES = { beatMs: 100, leaseMs: 600, sweepMs: 20 }

/** A node that hears who comes and goes in the hall. */
async function node (t: Teardown, url: string, options: TestRelayOptions = {}) {
  const { relay } = await openTestRelay(t, url, { timings: QUICK_LEASES, ...options })
  const told: string[] = []
  relay.presence.onChange(({ kind, user }) => { told.push(`${kind} ${user.id}`) })
  relay.subscribe('members:hall')
  await relay.subscribed(['members:hall'])
  return { relay, told }
}

async function enter (relay: RedisRelay, count: number, from = 0): Promise<void> {
  await Promise.all(Array.from({ length: count }, async (_, index) => {
    const id = `u${from + index}`
    await relay.presence.enter('hall', { connectionId: `${relay.nodeId}-${id}`, user: { id, name: id }, as: 'member' }, 0)
  }))
}

t.test('a node that is not heard of any more loses its members, each told once by whichever node', async (t) => {
  const redis = await startRedis(t)
  const proxy = await startProxy(t, redis.port)
  const gone = await node(t, `redis://127.0.0.1:${proxy.port}`, { nodeId: 'gone' })
  const [second, third] = [await node(t, redis.url), await node(t, redis.url)]
  await enter(gone.relay, 300)
  await enter(second.relay, 100, 250)
  await until(() => third.told.length === 350)
  proxy.hold('both')
  await until(() => third.told.length >= 600)
  for (const { told } of [second, third]) {
    await until(() => told.filter((line) => line.startsWith('left')).length === 250)
    t.equal(new Set(told).size, 600)
  }
  t.equal((await third.relay.presence.members('hall', 1)).count, 100)
  const { answers } = await third.relay.ask({ kind: 'who' })
  t.same(answers.map(({ node }) => node).sort(), [second.relay.nodeId, third.relay.nodeId].sort())
})

t.test('a node that was taken for dead and comes back puts its members in again, and says so', async (t) => {
  const redis = await startRedis(t)
  const proxy = await startProxy(t, redis.port)
  let revived = 0
  const sleeper = await node(t, `redis://127.0.0.1:${proxy.port}`, { onRevived: () => { revived += 1 } })
  const awake = await node(t, redis.url)
  await enter(sleeper.relay, 20)
  await until(() => awake.told.length === 20)
  proxy.hold('both')
  await until(() => awake.told.length === 40)
  t.equal(sleeper.relay.status().ready, false)
  proxy.release()
  proxy.cut()
  await until(() => awake.told.length === 60)
  t.same(awake.told.slice(40).sort(), awake.told.slice(0, 20).sort(), 'all have come again')
  await until(() => sleeper.relay.status().ready)
  t.equal(revived, 1)
  t.equal((await awake.relay.presence.size('hall')).connections, 20)
})

t.test('a node that stops in order leaves nothing behind, and is not missed', async (t) => {
  const redis = await startRedis(t)
  const leaver = await node(t, redis.url)
  const stayer = await node(t, redis.url)
  await enter(leaver.relay, 20)
  await leaver.relay.close()
  await until(() => stayer.told.filter((line) => line.startsWith('left')).length === 20)
  t.same(await stayer.relay.ask({ kind: 'who' }), { answers: [{ node: stayer.relay.nodeId, answer: undefined }], missing: [] })
  t.same((await redis.command('KEYS', '*') as string[]).filter((key) => key.includes(leaver.relay.nodeId)), [])
})

t.test('a node that does not answer is named, and nobody waits for it long', async (t) => {
  const redis = await startRedis(t)
  const proxy = await startProxy(t, redis.port)
  const silent = await openTestRelay(t, `redis://127.0.0.1:${proxy.port}`, { nodeId: 'silent' })
  const { relay } = await openTestRelay(t, redis.url)
  for (const one of [silent.relay, relay]) one.subscribe('all')
  await Promise.all([silent.relay.subscribed(['all']), relay.subscribed(['all'])])
  relay.onMessage(() => 3)
  proxy.hold('both')
  t.match(await relay.ask({ kind: 'who' }), { answers: [{ node: relay.nodeId }], missing: ['silent'] })
  const event = { type: 'news', payload: null, timestamp: '2026-01-01T00:00:00.000Z' }
  t.match(await relay.publish({ topics: ['all'], event, counted: true }), { recipients: 3, missing_nodes: ['silent'] })
  proxy.release()
})

t.test('limits by caller are counted over all nodes', async (t) => {
  const redis = await startRedis(t)
  const [one, other] = [(await openTestRelay(t, redis.url)).relay, (await openTestRelay(t, redis.url)).relay]
  t.match(await one.counter.count('rest:1', 60_000), { current: 1 })
  t.match(await other.counter.count('rest:1', 60_000), { current: 2, ttl: Number })
  t.match(await other.counter.count('rest:2', 60_000), { current: 1 })
  redis.freeze()
  t.equal(await one.counter.count('rest:1', 60_000), undefined)
  await until(() => !one.counter.isReady)
  redis.thaw()
})

t.test('after a failover by Sentinel the nodes work on, on the new master', async (t) => {
  const sentinel = await startRedisSentinel(t)
  const [one, other] = [await node(t, sentinel.url), await node(t, sentinel.url)]
  await enter(one.relay, 5)
  await sentinel.failover()
  await until(() => one.relay.status().ready && other.relay.status().ready)
  await until(() => enter(one.relay, 1, 5).then(() => true, () => false))
  await until(async () => (await other.relay.presence.members('hall', 10)).count === 6)
})

t.test('after a master of a cluster is gone the nodes work on with its replica', async (t) => {
  const cluster = await startRedisCluster(t, { replicas: 1 })
  const [one, other] = [await node(t, cluster.url), await node(t, cluster.url)]
  const received: unknown[] = []
  other.relay.onMessage(({ topics }) => received.push(topics[0]))
  const topics = Array.from({ length: 30 }, (_, index) => `room:${index}`)
  for (const topic of topics) other.relay.subscribe(topic)
  await other.relay.subscribed(topics)
  await cluster.servers[0]?.kill()
  await until(() => !one.relay.status().ready)
  await until(() => one.relay.status().ready && other.relay.status().ready)
  await other.relay.subscribed(topics)
  const event = { type: 'news', payload: null, timestamp: '2026-01-01T00:00:00.000Z' }
  for (const topic of topics) await until(() => one.relay.publish({ topics: [topic], event }).then(() => true, () => false))
  await until(() => new Set(received).size === topics.length)
})
