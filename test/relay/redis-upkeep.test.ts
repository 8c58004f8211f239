import t from 'tap'
import { until } from '../helper.ts'
import { startInRoom as start } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'

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

t.test('a ban that was made while the node heard nothing is known as soon as it hears again', async (t) => {
  const redis = await startRedis(t)
  const { relay } = await start(t, redis, { prefix: 'hub' })
  const ban = { untilMs: Date.now() + 60_000, reason: 'lost' }
  for (const key of ['bans', 'token-bans']) await redis.command('HSET', `hub:{0}:${key}`, 'ada', JSON.stringify(ban))
  t.same([relay.bans.of('ada'), relay.tokenBans.of('ada')], [undefined, undefined], 'nobody has told it')
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await until(() => relay.bans.of('ada') !== undefined && relay.tokenBans.of('ada') !== undefined)
  t.same([relay.bans.of('ada'), relay.tokenBans.of('ada')], [ban, ban])
})

t.test('bans that are over are taken out of Redis, too, where many are made', async (t) => {
  const redis = await startRedis(t)
  const { relay: { tokenBans } } = await start(t, redis, { prefix: 'hub' })
  const untilMs = Date.now() + 100
  for (let index = 0; index < 999; index += 1) await tokenBans.ban(`t${index}`, { untilMs: index === 0 ? untilMs + 60_000 : untilMs, reason: '' })
  await until(() => Date.now() > untilMs)
  await tokenBans.ban('last', { untilMs: untilMs + 60_000, reason: '' })
  t.same((await redis.command('HKEYS', 'hub:{0}:token-bans') as string[]).sort(), ['last', 't0'])
})
