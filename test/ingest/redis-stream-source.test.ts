import t from 'tap'
import { ingestContract } from '../contracts/ingest-contract.ts'
import { until } from '../helper.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startRedis } from '../support/redis-server.ts'
import { Collector } from './collector.ts'
import { addEvents, isGroupSettled, openRedisSource, redisBench } from './redis-bench.ts'

t.test('over a Redis server', async (t) => {
  ingestContract(t, redisBench)
})

t.test('old entries of a stream that was there are nobody\'s business', async (t) => {
  const redis = await startRedis(t)
  await addEvents(redis, [{ subject: 'ride.old', body: '{}' }])
  const { source } = openRedisSource(t, redis)
  const collector = new Collector()
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await addEvents(redis, [{ subject: 'ride.new', body: '{}' }])
  await until(() => isGroupSettled(redis))
  t.same(collector.events.map(({ subject }) => subject), ['ride.new'])
})

t.test('a group or a stream that vanishes is made anew, and goes on behind what it had', async (t) => {
  const redis = await startRedis(t)
  const { source, lines } = openRedisSource(t, redis)
  const collector = new Collector()
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await addEvents(redis, [{ subject: 'ride.1', body: '{}' }])
  await until(() => isGroupSettled(redis))
  await redis.command('XGROUP', 'DESTROY', 'events', 'wshub')
  await addEvents(redis, [{ subject: 'ride.2', body: '{}' }])
  await until(() => collector.events.length === 2)
  await redis.command('FLUSHALL')
  await addEvents(redis, [{ subject: 'ride.3', body: '{}' }])
  await until(() => collector.events.length === 3)
  t.same(collector.events.map(({ subject }) => subject), ['ride.1', 'ride.2', 'ride.3'])
  t.match(lines.filter(({ level }) => level === 'warn').map(({ text }) => text), ['no events from Redis, trying on'])
})

t.test('a group or a stream that vanishes before this node had anything of it loses nothing, and brings nothing old', async (t) => {
  const redis = await startRedis(t)
  await addEvents(redis, [{ subject: 'ride.old', body: '{}' }])
  const { source } = openRedisSource(t, redis)
  const collector = new Collector()
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await redis.command('XGROUP', 'DESTROY', 'events', 'wshub')
  await addEvents(redis, [{ subject: 'ride.1', body: '{}' }])
  await until(() => isGroupSettled(redis))
  t.same(collector.events.map(({ subject }) => subject), ['ride.1'])
  const other = openRedisSource(t, redis)
  await source.stop()
  other.source.start(collector.handle)
  await until(() => other.source.status().consuming)
  await redis.command('FLUSHALL')
  await addEvents(redis, [{ subject: 'ride.2', body: '{}' }])
  await until(() => isGroupSettled(redis))
  t.same(collector.events.map(({ subject }) => subject), ['ride.1', 'ride.2'])
})

t.test('a node that stops gives back what has no verdict: another need not wait for its signs of life to end', async (t) => {
  const redis = await startRedis(t)
  const ackWaitMs = 60_000
  const { source } = openRedisSource(t, redis, { timings: { ackWaitMs } })
  const collector = new Collector(({ body }) => {
    if (body.byteLength > 2) return new Promise(() => {})
    return { kind: 'retry', afterMs: 60_000 }
  })
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await addEvents(redis, [{ subject: 'ride.waits', body: '{}' }, { subject: 'ride.hangs', body: '{"n":1}' }])
  await until(() => collector.events.length === 2)
  const abandoned = () => redis.command('XPENDING', 'events', 'wshub', 'IDLE', String(ackWaitMs), '-', '+', '10')
  t.match(await abandoned(), { length: 0 })
  await source.stop()
  t.match(await abandoned(), { length: 2 })
})

t.test('many events that wait to be tried again are no leak that Node warns of', async (t) => {
  const redis = await startRedis(t)
  const warnings: Error[] = []
  const note = (warning: Error): void => { warnings.push(warning) }
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const { source } = openRedisSource(t, redis)
  const collector = new Collector(({ attempt }) => attempt === 1 ? { kind: 'retry', afterMs: 50 } : { kind: 'done' })
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await addEvents(redis, Array.from({ length: 20 }, () => ({ subject: 'ride.1', body: '{}' })))
  await until(() => isGroupSettled(redis))
  t.equal(collector.events.length, 40)
  t.same(warnings, [])
})

t.test('an entry that is no event comes without subject and body', async (t) => {
  const redis = await startRedis(t)
  const { source } = openRedisSource(t, redis)
  const collector = new Collector()
  source.start(collector.handle)
  await until(() => source.status().consuming)
  await redis.command('XADD', 'events', '*', 'other', 'field')
  await until(() => collector.events.length === 1)
  t.match(collector.events[0], { subject: '', attempt: 1 })
  t.equal(collector.events[0]?.body.byteLength, 0)
})

t.test('something else under the name of the stream is not touched; the log says so once', async (t) => {
  const redis = await startRedis(t)
  await redis.command('SET', 'events', 'mine')
  const { source, lines } = openRedisSource(t, redis)
  source.start(new Collector().handle)
  await until(() => source.status().problem?.includes('WRONGTYPE') === true)
  await source.stop()
  t.equal(await redis.command('GET', 'events'), 'mine')
  t.equal(lines.filter(({ level }) => level === 'warn').length, 1)
})

t.test('over a Redis cluster', async (t) => {
  const { url, servers } = await startRedisCluster(t, {})
  const { source } = openRedisSource(t, { url })
  const collector = new Collector(({ attempt }) => attempt === 1 ? { kind: 'retry', afterMs: 0 } : { kind: 'done' })
  source.start(collector.handle)
  await until(() => source.status().consuming)
  // One of them has the slot, the others refuse.
  for (const server of servers) await server.command('XADD', 'events', '*', 'subject', 'ride.1', 'body', '{}').catch(() => {})
  await until(() => collector.events.length === 2)
  t.same(collector.events.map(({ subject, attempt }) => [subject, attempt]), [['ride.1', 1], ['ride.1', 2]])
})
