import { Cluster, Redis } from 'ioredis'
import t, { type Test } from 'tap'
import type { HubOptions } from '../../src/index.ts'
import { connectAs, getJson, until } from '../helper.ts'
import { quick, startEmbedded } from '../support/embed.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startRedisSentinel } from '../support/redis-sentinel.ts'

/** Two applications with the same options are one hub. */
async function talkOver (t: Test, options: HubOptions): Promise<void> {
  const [one, two] = [await startEmbedded(t, { ...quick, ...options }), await startEmbedded(t, { ...quick, ...options })]
  for (const { app } of [one, two]) await until(() => app.relay.status().ready)
  const ada = await connectAs(t, one, 'ada')
  const bob = await connectAs(t, two, 'bob')
  for (const client of [ada, bob]) await client.request({ type: 'join_room', room: 'general' })
  await ada.request({ type: 'send_message', room: 'general', payload: { content: 'hello' } })
  t.match(await bob.next('new_message'), { payload: { content: 'hello' } })
  t.match(await getJson(two, '/ws/online'), { body: { online: 2 } })
}

t.test('A client of a cluster will do, and one that has not connected yet', async (t) => {
  const cluster = await startRedisCluster(t)
  const client = new Cluster(cluster.servers.map(({ port }) => ({ host: '127.0.0.1', port })), { lazyConnect: true, keyPrefix: 'shop:' })
  t.teardown(() => client.disconnect())
  await talkOver(t, { redis: { client } })
  t.equal(client.status, 'wait')
})

t.test('So will one that finds its server by Sentinels', async (t) => {
  const { sentinelPorts, name } = await startRedisSentinel(t)
  const client = new Redis({ sentinels: sentinelPorts.map((port) => ({ host: '127.0.0.1', port })), name, lazyConnect: true })
  t.teardown(() => client.disconnect())
  await talkOver(t, { redis: { client } })
  t.equal(client.status, 'wait')
})
