import { randomUUID } from 'node:crypto'
import { Cluster } from 'ioredis'
import t from 'tap'
import { CommandRunner } from '../../src/relay/redis/command-runner.ts'
import { closeClient, openCommands } from '../../src/relay/redis/connect.ts'
import { parseRedisUrl, type RedisServerAddress } from '../../src/relay/redis/redis-url.ts'
import type { PublishResult } from '../../src/relay/relay-message.ts'
import { until, type Teardown } from '../helper.ts'
import { openTestRelay } from '../support/redis-relays.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

/** Generous for a refusal that the contract wants within a second. */
const SOON_MS = 2_000

const event = { type: 'news', payload: 'x', timestamp: '2026-01-01T00:00:00.000Z' }

/** A relay with the topic `room:a`, and what it is handed. */
async function start (t: Teardown, redis: Pick<RedisServer, 'url'>, options: Parameters<typeof openTestRelay>[2] = {}) {
  const { relay, lines } = await openTestRelay(t, redis.url, options)
  const received: unknown[] = []
  relay.onMessage(({ event }) => received.push(event.id))
  relay.subscribe('room:a')
  await relay.subscribed(['room:a'])
  const publish = async (id: string = randomUUID()): Promise<PublishResult> => (
    await relay.publish({ topics: ['room:a'], event: { ...event, id }, publisher: 'ada' })
  )
  return { relay, lines, received, publish }
}

function serversOf (url: string): readonly RedisServerAddress[] {
  const parsed = parseRedisUrl(url)
  return 'target' in parsed && parsed.target.kind === 'cluster' ? parsed.target.servers : []
}

/** How long something took, ms. */
async function timed (step: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await step()
  return performance.now() - from
}

t.test('a server that is not there at the start: not ready, refused at once, and by itself at work when it comes', async (t) => {
  const redis = await startRedis(t)
  await redis.stop()
  const { relay, publish, received } = await start(t, redis, { awaitReady: false })
  t.match(relay.status(), { ready: false, reason: /not connected/ })
  t.ok(await timed(() => t.rejects(publish(), { code: 'UNAVAILABLE' })) < SOON_MS)
  await redis.restart()
  await until(() => relay.status().ready)
  await publish('i1')
  await until(() => received.length === 1)
})

t.test('a frozen server: refused within a second, nothing of it done later, and at work again after it', async (t) => {
  const redis = await startRedis(t)
  const { relay, publish, received } = await start(t, redis)
  await publish('before')
  redis.freeze()
  t.ok(await timed(() => t.rejects(publish('during'), { code: 'UNAVAILABLE' })) < SOON_MS)
  await until(() => !relay.status().ready)
  t.ok(await timed(() => t.rejects(publish('refused'), { code: 'UNAVAILABLE' })) < SOON_MS)
  redis.thaw()
  await until(() => relay.status().ready)
  await relay.subscribed(['room:a'])
  const { seq } = await publish('after')
  await until(() => received.includes('after'))
  t.same(received, ['before', 'after'])
  t.equal(seq, 2)
})

t.test('repeating what was refused never doubles it', async (t) => {
  const redis = await startRedis(t)
  const { relay, publish, received } = await start(t, redis)
  const ids = Array.from({ length: 50 }, (_, index) => `i${index}`)
  await publish('first')
  const attempts = Promise.allSettled(ids.map((id) => publish(id)))
  redis.freeze()
  await attempts
  redis.thaw()
  await until(() => relay.status().ready)
  await relay.subscribed(['room:a'])
  const results = await Promise.all(ids.map((id) => publish(id)))
  t.same(results.map(({ seq }) => seq).sort((a = 0, b = 0) => a - b), ids.map((_, index) => index + 2))
  const { seq } = await publish('last')
  t.equal(seq, 52)
  await until(() => received.includes('last'))
  t.equal(new Set(received).size, received.length)
})

t.test('an answer lost on the way: the repetition is told the first answer', async (t) => {
  const redis = await startRedis(t)
  const proxy = await startProxy(t, redis.port)
  const { relay, publish } = await start(t, { url: `redis://127.0.0.1:${proxy.port}` })
  await publish('i0')
  proxy.swallow('down')
  await t.rejects(publish('i1'), { code: 'UNAVAILABLE' })
  await until(() => !relay.status().ready)
  proxy.release()
  proxy.cut()
  await until(() => relay.status().ready)
  t.match(await publish('i1'), { seq: 2, duplicate: true })
  t.match(await publish('i2'), { seq: 3, duplicate: undefined })
})

t.test('a server restarted empty: a new epoch, and everybody is present again', async (t) => {
  const redis = await startRedis(t)
  const { relay, publish } = await start(t, redis)
  await relay.presence.enter('a', { connectionId: 'c1', user: { id: 'ada', name: 'Ada' }, as: 'member' }, 0)
  const before = await publish()
  await redis.kill()
  await until(() => !relay.status().ready)
  await redis.restart()
  await until(() => relay.status().ready)
  const after = await publish()
  t.not(after.epoch, before.epoch)
  t.equal(after.seq, 1)
  await until(async () => (await relay.presence.members('a', 10)).count === 1)
})

t.test('connections killed again and again: what is published afterwards arrives', async (t) => {
  const redis = await startRedis(t)
  const { publish, received } = await start(t, redis)
  for (let round = 0; round < 20; round += 1) {
    await redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
    const before = received.length
    await until(async () => {
      await publish().catch(() => {})
      return received.length > before
    })
  }
  t.equal(new Set(received).size, received.length)
})

t.test('a server without memory left: not ready within 2 s, messages refused, notices still told here; well again with memory', async (t) => {
  const redis = await startRedis(t, { args: ['--maxmemory-policy', 'noeviction'] })
  const { relay, publish, received } = await start(t, redis)
  await redis.command('CONFIG', 'SET', 'maxmemory', '1')
  t.ok(await timed(() => t.rejects(publish(), { code: 'UNAVAILABLE' })) < SOON_MS)
  t.ok(await timed(() => until(() => !relay.status().ready)) < SOON_MS)
  t.match(await relay.publish({ topics: ['room:a'], event: { ...event, id: 'typing' }, ephemeral: true }), { recipients: Number })
  await until(() => received.includes('typing'))
  await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  await until(() => relay.status().ready)
  await publish()
})

t.test('a wrong password: not ready, said once in the log without the password, and tried on', async (t) => {
  const redis = await startRedis(t, { args: ['--user', 'hub', 'on', '>right-password', '~*', '&*', '+@all'] })
  const { relay, lines } = await start(t, { url: redis.url.replace('redis://', 'redis://hub:wrong-password@') }, { awaitReady: false })
  await until(() => lines.some(({ text }) => text === 'Redis cannot be used, trying on'))
  t.match(relay.status(), { ready: false, reason: String })
  await redis.command('ACL', 'SETUSER', 'hub', '>wrong-password')
  await until(() => relay.status().ready)
  t.ok(lines.filter(({ text }) => text === 'Redis cannot be used, trying on').length <= 3)
  t.notOk(JSON.stringify(lines).includes('wrong-password'))
})

t.test('a frame of a later release is skipped and counted, and what follows is not harmed', async (t) => {
  const redis = await startRedis(t)
  const { relay, publish, received } = await start(t, redis, { prefix: 'skew' })
  for (const frame of ['2m0\n{}\n{}\nnull', '1zsomething', '', '1m', '1mnot\njson\n{\nx']) await redis.command('PUBLISH', 'skew:{0}:c:room:a', frame)
  await publish('i1')
  await until(() => received.includes('i1'))
  t.equal(relay.skippedFrames, 5)
})

t.test('while Redis is away notices reach those who are here', async (t) => {
  const redis = await startRedis(t)
  const { relay, received } = await start(t, redis)
  redis.freeze()
  await relay.publish({ topics: ['room:a'], event: { ...event, id: 'typing' }, ephemeral: true })
  t.ok(received.includes('typing'))
  redis.thaw()
})

t.test('a node without a topic receives none of its messages', async (t) => {
  const redis = await startRedis(t)
  const here = await start(t, redis)
  const elsewhere = await openTestRelay(t, redis.url)
  const handed: unknown[] = []
  elsewhere.relay.onMessage((message) => handed.push(message))
  for (let index = 0; index < 20; index += 1) await here.publish()
  t.match(await redis.command('PUBSUB', 'NUMSUB', 'test:{0}:c:room:a'), ['test:{0}:c:room:a', 1])
  elsewhere.relay.subscribe('all')
  await elsewhere.relay.subscribed(['all'])
  await here.relay.publish({ topics: ['all'], event })
  await until(() => handed.length > 0)
  t.match(handed, [{ topics: ['all'] }])
  here.relay.unsubscribe('room:a')
  await until(async () => Number((await redis.command('PUBSUB', 'NUMSUB', 'test:{0}:c:room:a') as unknown[])[1]) === 0)
})

t.test('a repetition that the server has no memory for does not make the message a new one', async (t) => {
  const redis = await startRedis(t, { args: ['--maxmemory-policy', 'noeviction'] })
  const { relay, publish } = await start(t, redis)
  const first = await publish('once')
  await redis.command('CONFIG', 'SET', 'maxmemory', '1')
  await t.rejects(publish('once'), { code: 'UNAVAILABLE' })
  await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  await until(() => relay.status().ready)
  t.match(await publish('once'), { seq: first.seq, duplicate: true })
})

t.test('a message that the server would not take may be tried again', async (t) => {
  const redis = await startRedis(t)
  const { publish } = await start(t, redis, { prefix: 'hub' })
  await redis.command('SET', 'hub:{0}:h:room:a', 'no list')
  await t.rejects(publish('once'), { code: 'UNAVAILABLE' })
  await redis.command('DEL', 'hub:{0}:h:room:a')
  t.match(await publish('once'), { duplicate: undefined })
})

t.test('the numbering of a room lives on from its last message', async (t) => {
  const redis = await startRedis(t)
  const { publish } = await start(t, redis, { prefix: 'hub' })
  await publish()
  await redis.command('EXPIRE', 'hub:{0}:m:room:a', '10')
  await publish()
  t.ok(Number(await redis.command('TTL', 'hub:{0}:m:room:a')) > 10)
})

t.test('a node whose lease has run out refuses to publish until it has one again', async (t) => {
  const redis = await startRedis(t)
  const { relay, publish } = await start(t, redis, { timings: { sweepMs: 60_000, leaseMs: 1_000 } })
  await publish()
  await until(() => !relay.status().ready)
  await t.rejects(publish(), { code: 'UNAVAILABLE' })
})

t.test('a ban that follows one that is over holds, also when the list is read anew', async (t) => {
  const redis = await startRedis(t)
  const { relay: { bans } } = await start(t, redis)
  await bans.ban('ada', { untilMs: Date.now() + 50, reason: 'first' })
  await until(() => bans.of('ada') === undefined)
  await bans.load()
  const second = { untilMs: Date.now() + 60_000, reason: 'second' }
  await bans.ban('ada', second)
  await bans.load()
  await bans.load()
  t.same(bans.of('ada'), second)
})

t.test('in a cluster a call whose connection breaks is not done twice', async (t) => {
  const { url } = await startRedisCluster(t, {})
  const commands = openCommands({ kind: 'cluster', servers: serversOf(url) })
  commands.on('error', () => {})
  t.teardown(() => closeClient(commands))
  const runner = new CommandRunner(commands, 800)
  t.teardown(() => runner.close())
  await until(() => runner.isReady)
  const count = { name: 'count', lua: "return redis.call('INCR', KEYS[1])" }
  const masters = commands instanceof Cluster ? commands.nodes('master') : []
  for (let round = 0; round < 10; round += 1) {
    await until(() => runner.run(count, [`{1}warm-${round}`], []).then(() => true, () => false))
    const call = runner.run(count, [`{1}once-${round}`], []).catch(() => {})
    for (const master of masters) master.stream?.destroy()
    await call
    await until(() => runner.run(count, [`{1}once-${round}`], []).then((value) => t.ok(Number(value) <= 2), () => false))
  }
})
