import t from 'tap'
import type { Gap, NumberedMessage } from '../../src/relay/relay-message.ts'
import { until, type Teardown } from '../helper.ts'
import { news, openTestRelay, type TestRelayOptions } from '../support/redis-relays.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'

const TOPIC = 'room:a'
const META = 'test:{0}:m:room:a'
const HISTORY = 'test:{0}:h:room:a'

/** A relay on some topics, with what it was handed (by number) and told of losses. */
async function follow (t: Teardown, { url }: Pick<RedisServer, 'url'>, options: TestRelayOptions & { topics?: readonly string[] } = {}) {
  const { topics = [TOPIC], ...rest } = options
  const { relay } = await openTestRelay(t, url, rest)
  const received: number[] = []
  const gaps: Gap[] = []
  relay.onGap((gap) => { gaps.push(gap) })
  relay.onMessage(({ positions, carries: [place = 0] = [] }) => received.push(positions[place]?.seq ?? 0))
  for (const topic of topics) {
    relay.subscribe(topic)
    await relay.position(topic)
  }
  const publish = async (topic = TOPIC) => await relay.publish({ topics: [topic], event: news })
  return { relay, received, gaps, publish }
}

async function killSubscribers (redis: RedisServer): Promise<void> {
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
}

function oneTo (count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

t.test('M17, M19: subscriber connections that are killed again and again: everything arrives once and in order', async (t) => {
  const redis = await startRedis(t)
  const keepOf = () => ({ size: 2_000, ttlMs: 60_000 })
  const listener = await follow(t, redis, { keepOf })
  const publisher = await follow(t, redis, { topics: [], keepOf })
  let published = 0
  for (let round = 0; round < 20; round += 1) {
    const burst = Promise.all(Array.from({ length: 50 }, () => publisher.publish()))
    await killSubscribers(redis)
    await burst
    published += 50
  }
  await until(() => listener.received.length >= published)
  t.same(listener.received, oneTo(published))
  t.same(listener.gaps, [])
})

t.test('more than a page was missed: all of it is fetched', async (t) => {
  const redis = await startRedis(t)
  const listener = await follow(t, redis, { keepOf: () => ({ size: 1_000, ttlMs: 60_000 }) })
  await listener.publish()
  await redis.command('HSET', META, 's', '700')
  await redis.command('DEL', HISTORY)
  const { epoch } = await listener.relay.position('room:b')
  const known = String(await redis.command('HGET', META, 'e'))
  t.not(known, epoch)
  for (const seq of oneTo(700)) await redis.command('RPUSH', HISTORY, `1m0:${known}:${seq}\n{}\n{"type":"news","timestamp":"2026-01-01T00:00:00.000Z"}\n1`)
  await killSubscribers(redis)
  await until(() => listener.received.length >= 700)
  t.same(listener.received, oneTo(700))
})

t.test('a message that was lost without a trace is found by the check of positions', async (t) => {
  const redis = await startRedis(t)
  const { received, gaps, publish } = await follow(t, redis, { timings: { positionCheckMs: 80 } })
  const { epoch } = await publish()
  await redis.command('HINCRBY', META, 's', '1')
  await redis.command('RPUSH', HISTORY, `1m0:${epoch}:2\n{}\n{"type":"news","timestamp":"2026-01-01T00:00:00.000Z"}\n1`)
  await until(() => received.length === 2)
  await publish()
  await until(() => received.length === 3)
  t.same([received, gaps], [[1, 2, 3], []])
})

t.test('what is not in the history any more is told as lost, exactly', async (t) => {
  const redis = await startRedis(t)
  const { received, gaps, publish } = await follow(t, redis, { timings: { positionCheckMs: 60_000 } })
  await publish()
  await redis.command('HINCRBY', META, 's', '3')
  await publish()
  await until(() => received.length === 2)
  t.same(received, [1, 5])
  t.same(gaps, [{ topic: TOPIC, from_seq: 2, to_seq: 4 }])
})

t.test('a topic of which nothing is kept: the loss is told, what came is delivered', async (t) => {
  const redis = await startRedis(t)
  const { received, gaps, publish } = await follow(t, redis, { topics: ['all'], timings: { positionCheckMs: 80 } })
  await publish('all')
  await redis.command('HINCRBY', 'test:{0}:m:all', 's', '1')
  await until(() => gaps.length === 1)
  await publish('all')
  await until(() => received.length === 2)
  t.same([received, gaps], [[1, 3], [{ topic: 'all', from_seq: 2, to_seq: 2 }]])
})

t.test('a store that was lost: a new epoch, and everybody is told', async (t) => {
  const redis = await startRedis(t)
  const { relay, received, gaps, publish } = await follow(t, redis)
  const { epoch } = await publish()
  // What is confirmed may still be on its way here, and a killed server sends nothing any more.
  await until(() => received.length === 1)
  await redis.kill()
  await redis.restart()
  await until(() => relay.status().ready)
  await until(() => gaps.length > 0)
  await publish()
  await until(() => received.length === 2)
  t.same(received, [1, 1])
  t.match(gaps, [{ topic: TOPIC, from_seq: Number, to_seq: Number }])
  t.not((await relay.position(TOPIC)).epoch, epoch)
})

t.test('numbers that went back, as after a failover to a replica that was behind, begin a new epoch: old positions must not fit by chance', async (t) => {
  const redis = await startRedis(t)
  const { relay, gaps, publish } = await follow(t, redis)
  for (let count = 0; count < 5; count += 1) await publish()
  const before = await relay.position(TOPIC)
  await redis.command('HINCRBY', META, 's', '-2')
  await redis.command('LTRIM', HISTORY, '0', '-3')
  await killSubscribers(redis)
  await until(() => gaps.length > 0)
  const { epoch, seq } = await relay.position(TOPIC)
  t.not(epoch, before.epoch)
  t.equal(seq, 3)
  t.same(gaps, [{ topic: TOPIC, from_seq: 0, to_seq: 3, epoch }])
})

/** A message for very many, and somebody who is left out. */
const forMany = { topics: Array.from({ length: 1_500 }, (_, index) => `user:${index}`), except: ['user:out'], event: news }

t.test('a message for very many users: alive it names them all, read again its own topic alone, and who was left out both times', async (t) => {
  const redis = await startRedis(t)
  const { relay } = await openTestRelay(t, redis.url)
  const received: NumberedMessage[] = []
  relay.onMessage((message) => received.push(message))
  const own = ['user:0', 'user:700', 'user:1499']
  for (const topic of own) relay.subscribe(topic)
  const places = await relay.positions(own)
  await relay.publish(forMany)
  await until(() => received.length === 1)
  t.match(received, [{ topics: forMany.topics, except: ['user:out'], carries: forMany.topics.map((_, place) => place) }])
  t.same(own.map((topic) => received[0]?.positions[forMany.topics.indexOf(topic)]), places.map(({ epoch }) => ({ epoch, seq: 1 })))
  for (const topic of own) t.match((await relay.read(topic, { after: 0, limit: 5 })).messages, [{ seq: 1, message: { topics: [topic], except: ['user:out'], carries: [0] } }])
})

t.test('a message for very many users that was lost on its way is fetched, in its order', async (t) => {
  const redis = await startRedis(t)
  const { relay, received, gaps, publish } = await follow(t, redis, { topics: ['user:700'], timings: { positionCheckMs: 60_000 } })
  const publisher = await follow(t, redis, { topics: [] })
  await publish('user:700')
  await until(() => received.length === 1)
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await publisher.relay.publish(forMany)
  await publisher.publish('user:700')
  await until(() => received.length === 3)
  t.same([received, gaps], [[1, 2, 3], []])
  t.match(await relay.position('user:700'), { seq: 3 })
})

t.test('a message that is too much for its many topics is delivered, but told as lost to who missed it', async (t) => {
  const redis = await startRedis(t)
  const { relay, received } = await follow(t, redis, { topics: ['user:700'] })
  const event = { ...news, payload: 'x'.repeat(12_000) }
  await relay.publish(forMany)
  await relay.publish({ ...forMany, event })
  await relay.publish(forMany)
  await until(() => received.filter((seq) => seq > 0).length === 3)
  t.match(await relay.read('user:700', { after: 0, limit: 5 }), { seq: 3, oldest: 3, messages: [{ seq: 3 }] })
})

t.test('a position in Redis outlives its time while somebody is on the topic', async (t) => {
  const redis = await startRedis(t)
  const { publish } = await follow(t, redis, { positionTtlMs: 2_000, timings: { positionCheckMs: 80 } })
  const { epoch } = await publish()
  const endMs = Date.now() + 2_500
  await until(() => Date.now() > endMs)
  t.match(await publish(), { seq: 2, epoch })
})

t.test('so does that of a topic on which nothing was said yet', async (t) => {
  const redis = await startRedis(t)
  const { relay } = await follow(t, redis, { positionTtlMs: 2_000, timings: { positionCheckMs: 80 } })
  const { epoch } = await relay.position(TOPIC)
  const endMs = Date.now() + 2_500
  await until(() => Date.now() > endMs)
  t.match(await relay.publish({ topics: [TOPIC], event: news }), { seq: 1, epoch })
})
