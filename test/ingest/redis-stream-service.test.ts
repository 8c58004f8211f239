import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { TestClient } from '../client.ts'
import type { PublishedEvent } from '../contracts/ingest-contract.ts'
import { connectAs, startService, until, type Teardown, type TestService } from '../helper.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { beforePublish, whenConsuming } from './ingest-service.ts'
import { addEvents, DURABLE, isGroupSettled, shortRedisTimings } from './redis-bench.ts'

/** Starts a service that reads events from Redis. */
async function startRedisService (t: Teardown, { url }: RedisServer, env: Record<string, string> = {}): Promise<TestService> {
  return await startService(t, { INGEST_REDIS_URL: url, INGEST_REDIS_SUBJECTS: 'match.proposal -> users from driver_id, passenger_id', ...env }, {
    redisTimings: { sweepMs: 20, probeMs: 50 },
    ingestTimings: { redis: shortRedisTimings, retry: { minMs: 50, maxMs: 200 } }
  })
}

function proposals (count: number, from = 0): PublishedEvent[] {
  return Array.from({ length: count }, (_, index) => ({ subject: 'match.proposal', id: `event-${from + index}`, body: JSON.stringify({ driver_id: 'ada', passenger_id: 'bob' }) }))
}

function idsOf ({ inbox }: TestClient): Array<string | undefined> {
  return inbox.filter(({ type }) => type === 'match.proposal').map(({ id }) => id)
}

t.test('events of a stream reach clients in order; poison is a dead letter, the others flow (S1-56)', async (t) => {
  const redis = await startRedis(t)
  const service = await startRedisService(t, redis)
  const ada = await connectAs(t, service, 'ada')
  await whenConsuming(service)
  await addEvents(redis, [...proposals(3), { subject: 'match.proposal', body: '{"canary":' }, { subject: '', body: '{}' }, { subject: 'other', body: '{}' }, ...proposals(3, 3)])
  await until(() => isGroupSettled(redis))
  await ada.request({ type: 'ping' })
  t.same(idsOf(ada), proposals(6).map(({ id }) => id))
  t.match(service.app.ingest?.counts(), { received: 9, published: 6, dead_lettered: 2, ignored: 1 })
  t.notMatch(JSON.stringify(service.logs), 'canary')
})

t.test('Redis is killed while events are consumed and comes back: every event reaches the client, none twice', async (t) => {
  const redis = await startRedis(t, { args: DURABLE })
  const service = await startRedisService(t, redis)
  beforePublish(service.app, () => sleep(2))
  const ada = await connectAs(t, service, 'ada')
  await whenConsuming(service)
  const [count, rounds] = [60, 3]
  for (let round = 0; round < rounds; round += 1) {
    await addEvents(redis, proposals(count, round * count))
    await until(() => idsOf(ada).length > round * count + 10)
    await redis.kill()
    t.equal((await ada.request({ type: 'ping' })).type, 'pong')
    await redis.restart()
  }
  await until(() => isGroupSettled(redis))
  // What was sent before the answer has been read with it.
  await ada.request({ type: 'ping' })
  t.equal(idsOf(ada).length, rounds * count, 'none lost, none twice')
  t.equal(new Set(idsOf(ada)).size, rounds * count)
  t.match(service.app.ingest?.counts(), { published: rounds * count, dead_lettered: 0 })
})

t.test('the Redis of the nodes may be the one of the events; a node that is gone is no loss', async (t) => {
  const redis = await startRedis(t)
  const env = { REDIS_URL: redis.url }
  const [gone, heir] = [await startRedisService(t, redis, env), await startRedisService(t, redis, env)]
  await until(() => [gone, heir].every(({ app }) => app.relay.status().ready))
  for (const service of [gone, heir]) await whenConsuming(service)
  const ada = await connectAs(t, heir, 'ada')
  beforePublish(gone.app, () => new Promise(() => {}))
  await addEvents(redis, proposals(40))
  await until(() => (gone.app.ingest?.counts().received ?? 0) > 0)
  await gone.app.close()
  await until(() => isGroupSettled(redis))
  await ada.request({ type: 'ping' })
  t.same(idsOf(ada).map((id) => Number(id?.slice('event-'.length))).sort((a, b) => a - b), Array.from({ length: 40 }, (_, index) => index))
})
