import { randomUUID } from 'node:crypto'
import t from 'tap'
import { CommandRunner } from '../../src/relay/redis/command-runner.ts'
import { openCommands } from '../../src/relay/redis/connect.ts'
import { Keys } from '../../src/relay/redis/keys.ts'
import type { BatchItem } from '../../src/relay/redis/publish-batch.ts'
import { Publisher, type PublisherParts } from '../../src/relay/redis/publisher.ts'
import { parseRedisUrl } from '../../src/relay/redis/redis-url.ts'
import { until, type Teardown } from '../helper.ts'
import { encodeMessage } from '../../src/relay/redis/wire-message.ts'
import { news } from '../support/redis-relays.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'

const MEGABYTE = 'x'.repeat(1_000_000)

/** A message for one topic; only what it says of itself differs. */
function itemFor (topic: string, content = '{}\nnull', more: Partial<BatchItem> = {}): BatchItem {
  return { parts: { routing: '{}', content }, key: undefined, topics: [[0, topic]], isShared: false, isEphemeral: false, ...more }
}

/** A message for so many users, each with a name of 18 letters. */
function itemForUsers (count: number, { except = [], payload = 'x' }: { except?: readonly string[], payload?: string } = {}): BatchItem {
  const topics = Array.from({ length: count }, (_, index) => `user:${String(index).padStart(18, 'u')}`)
  const parts = encodeMessage({ topics, except, event: { ...news, payload } })
  return { parts, key: undefined, topics: [...topics.entries()], isShared: true, isEphemeral: false }
}

const parts = {
  keys: new Keys('hub', 1), keepOf: () => ({ size: 4, ttlMs: 60_000 }), positionTtlMs: 60_000, deadlineMs: 600, publishCommand: 'PUBLISH'
} satisfies Partial<PublisherParts>

/** A publisher on a real server that has its script already. */
async function start (t: Teardown, { answerLimitMs = 800, ...more }: Partial<PublisherParts> & { answerLimitMs?: number } = {}) {
  const redis = await startRedis(t)
  const parsed = parseRedisUrl(redis.url)
  if ('expected' in parsed) throw new Error(parsed.expected)
  const commands = openCommands(parsed.target)
  commands.on('error', () => {})
  const runner = new CommandRunner(commands, answerLimitMs)
  t.teardown(() => {
    runner.close()
    commands.disconnect()
  })
  await until(() => runner.isReady)
  const publisher = new Publisher({ ...parts, runner, ...more })
  await publisher.publish(0, itemFor('room:first'))
  await redis.command('CONFIG', 'RESETSTAT')
  return { redis, publisher }
}

/** How often scripts were called since the start. */
async function scriptCalls (redis: RedisServer): Promise<number> {
  const stats = String(await redis.command('INFO', 'commandstats'))
  return [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)].reduce((sum, [, calls]) => sum + Number(calls), 0)
}

/** Bytes that all keys together take. */
async function memoryOf (redis: RedisServer): Promise<number> {
  const sum = "local sum = 0 for _, key in ipairs(redis.call('KEYS', '*')) do sum = sum + redis.call('MEMORY', 'USAGE', key) end return sum"
  return Number(await redis.command('EVAL', sum, '0'))
}

async function historyOf (redis: RedisServer, topic: string): Promise<unknown> {
  return await redis.command('LRANGE', parts.keys.history(topic), '0', '-1')
}

t.test('the messages of a turn are one script call, in order; those of the next turn another', async (t) => {
  const { redis, publisher } = await start(t)
  const publishAll = async () => await Promise.all(Array.from({ length: 100 }, (_, index) => publisher.publish(0, itemFor(index % 2 === 0 ? 'room:a' : 'room:b'))))
  const first = await publishAll()
  t.same(first.map(({ seq }) => seq), first.map((_, index) => Math.floor(index / 2) + 1))
  t.equal(await scriptCalls(redis), 1)
  t.equal((await publishAll())[99]?.seq, 100)
  t.equal(await scriptCalls(redis), 2)
})

t.test('a batch has at most 128 messages', async (t) => {
  const { redis, publisher } = await start(t)
  const all = await Promise.all(Array.from({ length: 257 }, () => publisher.publish(0, itemFor('room:a'))))
  t.same(all.map(({ seq }) => seq), all.map((_, index) => index + 1))
  t.equal(await scriptCalls(redis), 3)
})

t.test('a batch has at most 256 KB, unless a single message has more', async (t) => {
  const { redis, publisher } = await start(t)
  const content = MEGABYTE.slice(0, 100_000)
  const all = await Promise.all([content, content, MEGABYTE, content, content, content].map((text) => publisher.publish(0, itemFor('room:a', text))))
  t.same(all.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6])
  t.equal(await scriptCalls(redis), 4)
})

t.test('a message for many counts once for each of its topics', async (t) => {
  const { redis, publisher } = await start(t)
  const items = [itemFor('room:a'), itemForUsers(3_000, { payload: 'x'.repeat(100) }), itemFor('room:a'), itemForUsers(100), itemFor('room:a')]
  const all = await Promise.all(items.map((item) => publisher.publish(0, item)))
  t.same(all.map(({ seq }) => seq), [1, 1, 2, 2, 3])
  t.equal(await scriptCalls(redis), 3)
})

t.test('a message for 1,500 users takes less than 3 MB, and each has it with its own number', async (t) => {
  const { redis, publisher } = await start(t)
  const item = itemForUsers(1_500, { except: ['user:left', 'connection:out'] })
  await publisher.publish(0, itemFor('user:uuuuuuuuuuuuuuuuu3'))
  const { epoch } = await publisher.publish(0, item)
  t.ok(await memoryOf(redis) < 3_000_000)
  const expected = (seq: number) => `1m0:${epoch}:${seq}\n{"x":["user:left","connection:out"]}\n${item.parts.content}`
  const { keys } = parts
  for (const [, topic] of item.topics.filter(([place]) => place % 100 === 0)) t.same(await historyOf(redis, topic), [expected(1)])
  t.equal(await redis.command('HGET', keys.meta('user:uuuuuuuuuuuuuuuuu3'), 's'), '2')
  t.match(await historyOf(redis, 'user:uuuuuuuuuuuuuuuuu3'), [String, /^1m0:[^:]+:2\n\{"x":/])
})

t.test('what is too much to be kept by each of its topics has a number there, and ends what they had; the next one is kept', async (t) => {
  const { redis, publisher } = await start(t)
  const except = Array.from({ length: 1_000 }, (_, index) => `user:${String(index).padStart(20, 'x')}`)
  const item = itemForUsers(700)
  const first = await publisher.publish(0, item)
  t.match(await publisher.publish(0, itemForUsers(700, { except })), { epoch: first.epoch, seq: 2 })
  const [topic = ''] = item.topics.map(([, topic]) => topic)
  t.same(await historyOf(redis, topic), [])
  t.match(await publisher.publish(0, item), { epoch: first.epoch, seq: 3 })
  t.same(await historyOf(redis, topic), [`1m0:${first.epoch}:3\n{}\n${item.parts.content}`])
})

t.test('in a cluster, one call for each number of keys that the turn touches', async (t) => {
  const keys = new Keys('hub', 64)
  const { redis, publisher } = await start(t, { keys })
  const topics = Array.from({ length: 30 }, (_, index) => `room:${index % 10}`)
  const all = await Promise.all(topics.map((topic) => publisher.publish(keys.tagOf(topic), itemFor(topic))))
  t.same(all.map(({ seq }) => seq), topics.map((_, index) => Math.floor(index / 10) + 1))
  t.equal(await scriptCalls(redis), new Set(topics.map((topic) => keys.tagOf(topic))).size)
})

t.test('a broken key spoils its own message only', async (t) => {
  const { redis, publisher } = await start(t)
  await redis.command('SET', parts.keys.meta('room:broken'), 'a string')
  await redis.command('SET', parts.keys.history('room:odd'), 'a string')
  const outcomes = await Promise.allSettled(['room:a', 'room:broken', 'room:a', 'room:odd', 'room:b'].map((topic) => publisher.publish(0, itemFor(topic))))
  t.equal(await scriptCalls(redis), 1)
  const refused = { status: 'rejected', reason: { code: 'UNAVAILABLE', message: /WRONGTYPE/ } }
  t.match(outcomes, [{ value: { seq: 1 } }, refused, { value: { seq: 2 } }, refused, { value: { seq: 1 } }])
})

t.test('a used id spoils its own message only, and takes no number', async (t) => {
  const { publisher } = await start(t)
  const publish = async (content: string) => await publisher.publish(0, itemFor('room:a', `{}\n${content}`, { key: { key: 'k', fingerprint: content } }))
  const outcomes = await Promise.allSettled([publish('1'), publish('2'), publish('1'), publisher.publish(0, itemFor('room:a'))])
  const [first] = outcomes
  const epoch = first.status === 'fulfilled' ? first.value.epoch : undefined
  t.match(outcomes, [
    { value: { kind: 'published', epoch, seq: 1 } },
    { status: 'rejected', reason: { code: 'INVALID_PAYLOAD', message: /other content/ } },
    { value: { kind: 'repeated', epoch, seq: 1 } },
    { value: { kind: 'published', epoch, seq: 2 } }
  ])
})

t.test('of a topic about as many messages are kept as are wanted, the last ones, as they were written', async (t) => {
  const { redis, publisher } = await start(t)
  const texts = Array.from({ length: 40 }, () => `{}\n"${randomUUID()} ж\\n"`)
  const all = await Promise.all(texts.map((text) => publisher.publish(0, itemFor('room:a', text))))
  const kept = await historyOf(redis, 'room:a') as string[]
  t.ok(kept.length >= 4 && kept.length <= 5, `${kept.length} kept`)
  const expected = texts.map((text, index) => `1m0:${all[index]?.epoch}:${index + 1}\n{}\n${text}`)
  t.same(kept, expected.slice(-kept.length))
  t.ok(Number(await redis.command('TTL', parts.keys.history('room:a'))) > 0)
  t.ok(Number(await redis.command('TTL', parts.keys.meta('room:a'))) > 0)
})

t.test('what reaches the server after the deadline is not done', async (t) => {
  const { redis, publisher } = await start(t, { answerLimitMs: 30_000 })
  redis.freeze()
  const late = publisher.publish(0, itemFor('room:a'))
  const thawAt = performance.now() + 1_000
  await until(() => performance.now() > thawAt)
  redis.thaw()
  await t.rejects(late, { code: 'UNAVAILABLE', message: /too late/ })
  t.same(await historyOf(redis, 'room:a'), [])
  t.equal((await publisher.publish(0, itemFor('room:a'))).seq, 1)
})

t.test('an event loop that stood still while an answer lay there does not make the next messages late', async (t) => {
  const { publisher } = await start(t, { answerLimitMs: 30_000 })
  const answered = publisher.publish(0, itemFor('room:a'))
  await new Promise(setImmediate)
  const stalledUntil = performance.now() + 1_000
  while (performance.now() < stalledUntil);
  t.equal((await answered).seq, 1)
  t.equal((await publisher.publish(0, itemFor('room:a'))).seq, 2)
})

t.test('while no answer comes, no more than 64 MB wait; refused at once beyond, and taken again afterwards', async (t) => {
  let fail = (_error: Error): void => {}
  const silence = new Promise<never>((_resolve, reject) => { fail = reject })
  const publisher = new Publisher({ ...parts, runner: { isReady: true, run: () => silence } })
  const waiting = Promise.allSettled(Array.from({ length: 67 }, () => publisher.publish(0, itemFor('room:a', MEGABYTE))))
  await t.rejects(publisher.publish(0, itemFor('room:a', MEGABYTE)), { code: 'UNAVAILABLE', message: /too much waits/ })
  // The call goes out first.
  await new Promise(setImmediate)
  fail(new Error('away'))
  t.ok((await waiting).every(({ status }) => status === 'rejected'))
  await t.rejects(publisher.publish(0, itemFor('room:a', MEGABYTE)), { message: 'away' })
})
