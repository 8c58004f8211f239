import t from 'tap'
import { until, type Teardown } from '../helper.ts'
import { news, openTestRelay } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const LARGE = 'x'.repeat(50_000)
const keepOf = () => ({ size: 500, ttlMs: 60_000 })

/** A publisher at Redis itself, and a listener behind a network that can break; with what the listener was handed and told of losses. */
async function startPair (t: Teardown, args: readonly string[]) {
  const redis = await startRedis(t, { args })
  const proxy = await startProxy(t, redis.port)
  const { relay: publisher } = await openTestRelay(t, redis.url, { keepOf })
  const { relay: listener } = await openTestRelay(t, `redis://127.0.0.1:${proxy.port}`, { keepOf })
  const received: unknown[] = []
  const gaps: unknown[] = []
  listener.onMessage(({ event }) => received.push(event.id))
  listener.onGap((gap) => gaps.push(gap))
  listener.subscribe('room:a')
  await listener.subscribed(['room:a'])
  const publish = async (id: string, payload: string): Promise<void> => { await publisher.publish({ topics: ['room:a'], event: { ...news, id, payload } }) }
  await publish('first', 'x')
  await until(() => received.length === 1)
  return { redis, proxy, publisher, received, gaps, publish }
}

t.test('M17: Redis is killed and comes back, and the publisher is there before the listener: what was acknowledged arrives, once and in order', async (t) => {
  const { redis, proxy, publisher, received, gaps, publish } = await startPair(t, ['--appendonly', 'yes'])
  proxy.refuse()
  await redis.kill()
  await until(() => !publisher.status().ready)
  await redis.restart()
  await until(() => publisher.status().ready)
  const ids = Array.from({ length: 200 }, (_, index) => `i${index}`)
  await Promise.all(ids.map((id) => publish(id, 'x')))
  proxy.release()
  await until(() => received.length > ids.length)
  t.same([received, gaps], [['first', ...ids], []])
})

t.test('M19: a listener that stands still is cut off by Redis with most of what it was sent: all of it arrives, once and in order', async (t) => {
  const { redis, proxy, received, gaps, publish } = await startPair(t, ['--client-output-buffer-limit', 'pubsub 1mb 1mb 1'])
  const subscribers = async (): Promise<number> => String(await redis.command('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('\n').filter((line) => line !== '').length
  const before = await subscribers()
  proxy.hold('down')
  const ids: string[] = []
  while (await subscribers() === before) {
    const batch = Array.from({ length: 20 }, (_, index) => `i${ids.length + index}`)
    await Promise.all(batch.map((id) => publish(id, LARGE)))
    ids.push(...batch)
  }
  proxy.release()
  await until(() => received.length > ids.length)
  t.same([received, gaps], [['first', ...ids], []], `${ids.length} messages`)
})
