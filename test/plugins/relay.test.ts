import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import relayPlugin, { type RelayPluginOptions } from '../../plugins/relay.ts'
import { startService, until, type Teardown } from '../helper.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'

const TOPICS = ['room:general', 'room:live:1', 'user:ada', 'all', 'role:driver']

/** An application with nothing but a relay. */
async function withRelay (t: Teardown, options: RelayPluginOptions): Promise<FastifyInstance> {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(relayPlugin, options)
  return app
}

/** The topics of those above that messages are kept of. */
function keptTopics ({ relay: { port } }: FastifyInstance): string[] {
  return TOPICS.filter((topic) => port.keeps(topic))
}

/** Sends to a room a few times; numbers of the messages that are kept then. */
async function keptOf ({ relay }: FastifyInstance, room: string, messages: number): Promise<number[]> {
  for (let sent = 0; sent < messages; sent += 1) await relay.publish(`room:${room}`, { type: 'news' })
  const page = await relay.port.read(`room:${room}`, { limit: 100 })
  return page.messages.map(({ seq }) => seq)
}

/** Seconds until Redis forgets what it knows of a topic. */
async function secondsLeft (server: RedisServer, key: string): Promise<number> {
  return Number(await server.command('TTL', key))
}

t.test('without options messages of rooms and users are kept', async (t) => {
  t.same(keptTopics(await withRelay(t, {})), ['room:general', 'room:live:1', 'user:ada'])
})

t.test('size, time and rules of histories are options; what is left out has its default', async (t) => {
  const rules = [{ pattern: 'all', size: 5, ttlMs: 60_000 }, { pattern: 'room:live:*', size: 0, ttlMs: 0 }]
  const app = await withRelay(t, { history: { size: 2, rules } })
  t.same(keptTopics(app), ['room:general', 'user:ada', 'all'])
  t.same(await keptOf(app, 'general', 4), [3, 4])
  t.same(await keptOf(app, 'live:1', 2), [])
})

t.test('messages are kept for the time that the options say, numbers for theirs', async (t) => {
  const app = await withRelay(t, { history: { ttlMs: 1 }, positionTtlMs: 60_000 })
  await keptOf(app, 'general', 3)
  await until(async () => (await app.relay.port.read('room:general', { limit: 100 })).messages.length === 0)
  t.match(await app.relay.port.position('room:general'), { seq: 3 })
})

t.test('a relay by way of Redis is given the same', async (t) => {
  const server = await startRedis(t)
  const history = { size: 2, ttlMs: 100_000, rules: [{ pattern: 'all', size: 5, ttlMs: 60_000 }] }
  const app = await withRelay(t, { redis: { url: server.url }, history, positionTtlMs: 200_000 })
  await until(() => app.relay.status().ready)
  t.same(keptTopics(app), ['room:general', 'room:live:1', 'user:ada', 'all'])
  t.same(await keptOf(app, 'general', 4), [3, 4])
  const [messagesLeft, numbersLeft] = [await secondsLeft(server, 'hub:{0}:h:room:general'), await secondsLeft(server, 'hub:{0}:m:room:general')]
  t.ok(messagesLeft > 60 && messagesLeft <= 100, String(messagesLeft))
  t.ok(numbersLeft > 100 && numbersLeft <= 200, String(numbersLeft))
})

t.test('the settings of the service reach its relay', async (t) => {
  const { app } = await startService(t, { WS_HISTORY_SIZE: '3', WS_HISTORY_RULES: 'all=50/60s,room:live:*=0,role:*=1/1s' })
  t.same(keptTopics(app), ['room:general', 'user:ada', 'all', 'role:driver'])
  t.same(await keptOf(app, 'general', 5), [3, 4, 5])
})

t.test('the service keeps nothing where the settings say so', async (t) => {
  t.same(keptTopics((await startService(t, { WS_HISTORY_SIZE: '0' })).app), [])
})
