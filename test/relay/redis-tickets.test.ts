import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { ticketContract } from '../contracts/ticket-contract.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { nodesOn, openTestRelay } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'

const ADA = { userId: 'ada', name: 'ada', roles: ['user'], expiresAtMs: 1_900_000_000_000 }

t.test('over one Redis server', async (t) => {
  ticketContract(t, nodesOn((await startRedis(t)).url))
})

t.test('over a Redis cluster', async (t) => {
  ticketContract(t, nodesOn((await startRedisCluster(t, {})).url, { sweepMs: 100 }))
})

t.test('Redis has the hash of a ticket only, for as long as it lasts', async (t) => {
  const redis = await startRedis(t)
  const { relay } = await openTestRelay(t, redis.url)
  const ticket = randomBytes(32).toString('base64url')
  await relay.tickets.put(ticket, ADA, 30_000)
  const keys = String(await redis.command('KEYS', '*')).split(/[\s,]+/)
  const [key = ''] = keys.filter((name) => name.includes('}:t:'))
  t.equal(key, `test:{0}:t:${createHash('sha256').update(ticket).digest('base64url')}`)
  t.notMatch(keys.join(' ') + String(await redis.command('GET', key)), ticket)
  const ttlMs = Number(await redis.command('PTTL', key))
  t.ok(ttlMs > 20_000 && ttlMs <= 30_000, `${ttlMs} ms`)
  await relay.tickets.take(ticket)
  t.equal(Number(await redis.command('EXISTS', key)), 0)
})

t.test('what another release may have put there, or somebody else, lets nobody in', async (t) => {
  const redis = await startRedis(t)
  const { relay } = await openTestRelay(t, redis.url)
  const values = ['', 'no JSON', 'null', '[]', '{}', JSON.stringify({ ...ADA, roles: 'admin' }), JSON.stringify({ ...ADA, expiresAtMs: 'soon' }), JSON.stringify({ ...ADA, userId: undefined }), JSON.stringify({ ...ADA, grants: { join: 'all' } })]
  for (const [index, value] of values.entries()) {
    const ticket = `ticket-${index}`
    await redis.command('SET', `test:{0}:t:${createHash('sha256').update(ticket).digest('base64url')}`, value)
    t.equal(await relay.tickets.take(ticket), undefined, value)
  }
})

t.test('while Redis is away tickets are neither made nor taken', async (t) => {
  const redis = await startRedis(t)
  const { relay } = await openTestRelay(t, redis.url, { timings: { answerLimitMs: 200 } })
  redis.freeze()
  await t.rejects(relay.tickets.put('a', ADA, 1_000), { code: 'UNAVAILABLE' })
  await t.rejects(relay.tickets.take('a'), { code: 'UNAVAILABLE' })
  redis.thaw()
})
