import t from 'tap'
import type { PublishResult } from '../../src/relay/relay-message.ts'
import { until } from '../helper.ts'
import { news, openTestRelay, startInRoom as start } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'
import { timed } from '../support/timed.ts'

/** Generous for a refusal that the contract wants within a second. */
const SOON_MS = 2_000

t.test('a server that is not there at the start: not ready, refused at once, and by itself at work when it comes', async (t) => {
  const redis = await startRedis(t)
  await redis.stop()
  const { relay, publish, received } = await start(t, redis, { awaitReady: false })
  t.match(relay.status(), { ready: false, reason: /not connected/ })
  t.ok((await timed(() => t.rejects(publish(), { code: 'UNAVAILABLE' }))).took < SOON_MS)
  await redis.restart()
  await until(() => relay.status().ready)
  await publish('i1')
  await until(() => received.length === 1)
})

t.test('M15: a frozen server: refused within a second, nothing of it done later, and at work again after it', async (t) => {
  const redis = await startRedis(t)
  const { relay, publish, received } = await start(t, redis)
  await publish('before')
  redis.freeze()
  t.ok((await timed(() => t.rejects(publish('during'), { code: 'UNAVAILABLE' }))).took < SOON_MS)
  await until(() => !relay.status().ready)
  t.ok((await timed(() => t.rejects(publish('refused'), { code: 'UNAVAILABLE' }))).took < SOON_MS)
  redis.thaw()
  await until(() => relay.status().ready)
  await relay.subscribed(['room:a'])
  const { seq } = await publish('after')
  await until(() => received.includes('after'))
  t.same(received, ['before', 'after'])
  t.equal(seq, 2)
})

t.test('M15: repeating what was refused never doubles it', async (t) => {
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
  // A connection that is being given up may still look ready.
  const publishAtLast = async (id: string): Promise<PublishResult> => await publish(id).catch(async () => {
    await until(() => relay.status().ready)
    return await publishAtLast(id)
  })
  const results = await Promise.all(ids.map((id) => publishAtLast(id)))
  t.same(results.map(({ seq }) => seq).sort((a = 0, b = 0) => a - b), ids.map((_, index) => index + 2))
  const { seq } = await publishAtLast('last')
  t.equal(seq, 52)
  await until(() => received.includes('last'))
  t.equal(new Set(received).size, received.length)
})

t.test('M18: an answer lost on the way: the repetition is told the first answer', async (t) => {
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
  t.ok((await timed(() => t.rejects(publish(), { code: 'UNAVAILABLE' }))).took < SOON_MS)
  t.ok((await timed(() => until(() => !relay.status().ready))).took < SOON_MS)
  t.match(await relay.publish({ topics: ['room:a'], event: { ...news, id: 'typing' }, ephemeral: true }), { recipients: Number })
  await until(() => received.includes('typing'))
  await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  await until(() => relay.status().ready)
  await publish()
})

t.test('a wrong password: not ready, said once in the log without the password, and tried on', async (t) => {
  const redis = await startRedis(t, { args: ['--user', 'hub', 'on', '>right-password', '~*', '&*', '+@all'] })
  const { relay, lines } = await start(t, { url: redis.url.replace('redis://', 'redis://hub:wrong-password@') }, { awaitReady: false })
  await until(() => lines.some(({ text }) => text === 'Relay error: Redis cannot be used, trying on'))
  t.match(relay.status(), { ready: false, reason: String })
  await redis.command('ACL', 'SETUSER', 'hub', '>wrong-password')
  await until(() => relay.status().ready)
  t.ok(lines.filter(({ text }) => text === 'Relay error: Redis cannot be used, trying on').length <= 3)
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
  await relay.publish({ topics: ['room:a'], event: { ...news, id: 'typing' }, ephemeral: true })
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
  await here.relay.publish({ topics: ['all'], event: news })
  await until(() => handed.length > 0)
  t.match(handed, [{ topics: ['all'] }])
  here.relay.unsubscribe('room:a')
  await until(async () => Number((await redis.command('PUBSUB', 'NUMSUB', 'test:{0}:c:room:a') as unknown[])[1]) === 0)
})

t.test('a server that reads its data back in: not ready, refused, and by itself at work when it is done', async (t) => {
  const redis = await startRedis(t)
  const { relay, publish } = await start(t, redis)
  await redis.command('EVAL', "for i = 1, 2000 do redis.call('SET', 'key' .. i, i) end", '0')
  await redis.command('SAVE')
  await redis.kill()
  const slowly = ['--key-load-delay', '500', '--loading-process-events-interval-bytes', '1024']
  const restarted = redis.restart({ args: slowly })
  await until(async () => await redis.command('GET', 'key1').then(() => false, (error: Error) => error.message.startsWith('LOADING')))
  t.equal(relay.status().ready, false)
  t.ok((await timed(() => t.rejects(publish(), { code: 'UNAVAILABLE' }))).took < SOON_MS)
  await restarted
  await until(() => relay.status().ready)
  await publish()
})
