import fastifyRedis from '@fastify/redis'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import t from 'tap'
import { hub } from '../../src/index.ts'
import { connectAs, until, type Teardown } from '../helper.ts'
import { listen, quick, startEmbedded } from '../support/embed.ts'
import { startRedis } from '../support/redis-server.ts'

/** An application's own client, with settings that would not do for the hub. */
function ownClient (t: Teardown, port: number): Redis {
  const client = new Redis({ host: '127.0.0.1', port, keyPrefix: 'shop:', commandTimeout: 60_000, stringNumbers: true, lazyConnect: true })
  t.teardown(() => client.disconnect())
  return client
}

t.test('With the application\'s own client two applications are one hub; the client stays as it was, and stays open', async (t) => {
  const redis = await startRedis(t)
  const client = ownClient(t, redis.port)
  await client.set('basket', '1')
  const app = Fastify()
  await app.register(hub, { ...quick, redis: { client, prefix: 'rt' } })
  const one = await listen(t, app)
  const two = await startEmbedded(t, { ...quick, redis: { url: redis.url, prefix: 'rt' } })
  for (const { app } of [one, two]) await until(() => app.relay.status().ready)
  const ada = await connectAs(t, one, 'ada')
  const bob = await connectAs(t, two, 'bob')
  for (const [from, to] of [[ada, bob], [bob, ada]] as const) {
    for (const client of [ada, bob]) await client.request({ type: 'join_room', room: 'general' })
    await from.request({ type: 'send_message', room: 'general', payload: { content: 'hello' } })
    t.match(await to.next('new_message'), { payload: { content: 'hello' } })
  }
  await app.close()
  t.equal(client.status, 'ready')
  t.equal(await client.get('basket'), '1')
  t.equal(client.options.keyPrefix, 'shop:')
  const names = await redis.command('KEYS', '*')
  t.ok(Array.isArray(names) && names.every((name) => name === 'shop:basket' || String(name).startsWith('rt')), String(names))
  await two.app.close()
  await until(async () => String(await redis.command('CLIENT', 'LIST')).split('\n').filter((line) => line.includes('addr=')).length === 2)
})

t.test('An application that has @fastify/redis gives the hub that client, and keeps it for itself', async (t) => {
  const redis = await startRedis(t)
  const app = Fastify()
  await app.register(fastifyRedis, { url: redis.url })
  const own = app.redis
  await app.register(hub, { ...quick, redis: { client: own } })
  await listen(t, app)
  await until(() => app.relay.status().ready)
  t.equal(app.redis, own)
  t.notOk('hub' in own)
  t.equal(await app.redis.ping(), 'PONG')
})

t.test('Where Redis is must be said once, and by a client that is one', async (t) => {
  const client = ownClient(t, 1)
  for (const [redis, message] of [
    [{}, /redis: expected either url or client, got neither/],
    [{ client, url: 'redis://127.0.0.1' }, /redis: expected either url or client, got both/],
    [{ client: Object({ options: {} }) }, /redis.client: expected a Redis or Cluster of ioredis/]
  ] as const) {
    const app = Fastify()
    t.teardown(() => app.close())
    await t.rejects(async () => await app.register(hub, { ...quick, redis }), { message })
  }
})
