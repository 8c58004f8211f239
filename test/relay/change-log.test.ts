import t from 'tap'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import { changeLogContract } from '../contracts/change-log-contract.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { nodesOn, openTestRelay } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'

t.test('in one process', async (t) => {
  changeLogContract(t, async (t) => {
    const relay = new MemoryRelay()
    t.teardown(() => relay.close())
    return { relay }
  })
})

t.test('over one Redis server', async (t) => {
  const { url } = await startRedis(t)
  changeLogContract(t, nodesOn(url))
})

t.test('over a Redis cluster', async (t) => {
  const { url } = await startRedisCluster(t)
  changeLogContract(t, nodesOn(url, { sweepMs: 100 }))
})

t.test('without a log nothing of it is in Redis; with one, nothing is left of what is done', async (t) => {
  const redis = await startRedis(t)
  const { relay: { presence, changes } } = await openTestRelay(t, redis.url)
  const ada = { connectionId: 'ada-1', user: { id: 'ada', name: 'Ada' }, as: 'member' } as const
  const names = async () => [await redis.command('KEYS', 'test:*:w?')].flat()
  await presence.enter('hall', ada, 0)
  await presence.leave('hall', ada, 0)
  t.strictSame(await names(), [])
  changes.begin({ maxWaiting: 10, connections: false })
  await presence.enter('hall', ada, 0)
  t.strictSame(await names(), ['test:{0}:wl'])
  const batch = await changes.take(10, 60_000)
  t.strictSame((await names()).sort(), ['test:{0}:ws', 'test:{0}:wt'])
  for (const name of await names()) t.ok(Number(await redis.command('PTTL', String(name))) > 0, 'in vain it is not kept for ever')
  if (batch !== undefined) await changes.finish(batch)
  t.strictSame(await names(), [])
})

t.test('lines of another release are left out; a log that lost half of itself goes on', async (t) => {
  const redis = await startRedis(t)
  const { relay: { changes } } = await openTestRelay(t, redis.url)
  const good = 'joined 1 1700000000000\nhall\n{"id":"ada","name":"Ada"}'
  await redis.command('RPUSH', 'test:{0}:wl', 'x', 'joined 1\nhall\n{}', 'joined 1 2\nhall\n', good.replace('17000', '99999999'), good, 'was 1 2\nhall\n{"id":"a","name":"a"}')
  const batch = await changes.take(10, 60_000)
  t.match(batch?.changes, [{ kind: 'joined', room: 'hall', atMs: 1_700_000_000_000 }])
  t.equal(batch?.changes.length, 1)
  await redis.command('DEL', 'test:{0}:ws')
  const again = await changes.take(10, 60_000)
  t.strictSame(again?.changes, batch?.changes)
  await redis.command('DEL', 'test:{0}:wt', 'test:{0}:ws')
  if (again !== undefined) {
    t.equal(await changes.hold(again, 1), false)
    await changes.finish(again)
  }
  t.equal(await changes.take(10, 60_000), undefined)
})

t.test('without Redis it is refused', async (t) => {
  const redis = await startRedis(t)
  const { relay: { changes } } = await openTestRelay(t, redis.url)
  await redis.kill()
  const batch = { id: 'b', claim: '0 c', changes: [] }
  const refused = { code: 'UNAVAILABLE' }
  await t.rejects(changes.take(1, 1), refused)
  await t.rejects(changes.hold(batch, 1), refused)
  await t.rejects(changes.finish(batch), refused)
})
