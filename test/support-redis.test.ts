import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { Redis } from 'ioredis'
import t from 'tap'
import { until, type Teardown } from './helper.ts'
import { startRedisCluster } from './support/redis-cluster.ts'
import { startRedisSentinel } from './support/redis-sentinel.ts'
import { startRedis } from './support/redis-server.ts'
import { startProxy } from './support/tcp-proxy.ts'

/** A client that sends once and reports what comes of it. */
function clientOf (t: Teardown, port: number): Redis {
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  t.teardown(() => client.disconnect())
  return client
}

/** What a promise has come to so far. */
function watch<Value> (promise: Promise<Value>): { settled: boolean, readonly promise: Promise<Value> } {
  const watched = { settled: false, promise }
  promise.finally(() => { watched.settled = true }).catch(() => {})
  return watched
}

t.test('a Redis answers under its own url and is gone with its folder after the test', async (t) => {
  let pid = 0
  let dir = ''
  await t.test('life', async (t) => {
    const redis = await startRedis(t)
    pid = redis.pid
    dir = redis.dir
    t.equal(redis.url, `redis://127.0.0.1:${redis.port}`)
    t.equal(await redis.command('PING'), 'PONG')
    t.strictSame(await redis.command('CONFIG', 'GET', 'appendonly'), ['appendonly', 'no'])
    await t.rejects(redis.command('NONSENSE'), /unknown command/)
    redis.freeze()
  })
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
  t.notOk(existsSync(dir))
})

t.test('a frozen Redis answers after it has thawed', async (t) => {
  const redis = await startRedis(t)
  const client = clientOf(t, redis.port)
  await client.ping()
  redis.freeze()
  const answer = watch(client.ping())
  // Another Redis starts and answers in the meantime.
  await (await startRedis(t)).command('PING')
  t.notOk(answer.settled)
  redis.thaw()
  t.equal(await answer.promise, 'PONG')
})

t.test('a killed Redis cannot be reached, and comes back empty on its port', async (t) => {
  const redis = await startRedis(t)
  await redis.command('SET', 'key', 'value')
  await redis.kill()
  await t.rejects(redis.command('PING'))
  await redis.restart()
  t.equal(await redis.command('GET', 'key'), null)
})

t.test('with an append-only file data survive a crash and a restart', async (t) => {
  const redis = await startRedis(t, { args: ['--appendonly', 'yes'] })
  const { pid, port } = redis
  await redis.command('SET', 'key', 'value')
  redis.freeze()
  await redis.kill()
  await redis.restart()
  t.equal(await redis.command('GET', 'key'), 'value')
  await redis.restart({ args: ['--appendonly', 'yes', '--maxmemory', '10mb'] })
  t.equal(await redis.command('GET', 'key'), 'value')
  t.strictSame(await redis.command('CONFIG', 'GET', 'maxmemory'), ['maxmemory', '10485760'])
  t.not(redis.pid, pid)
  t.equal(redis.port, port)
})

t.test('a Redis that cannot start says why', async (t) => {
  const { port } = await startRedis(t)
  await t.rejects(startRedis(t, { port }), /Address already in use/)
  await t.rejects(startRedis(t, { args: ['--nonsense', 'yes'] }), /ended before it was ready/)
})

t.test('a cluster serves all slots and has a replica for each master', async (t) => {
  const { servers, url } = await startRedisCluster(t, { replicas: 1 })
  t.equal(url, servers.map(({ port }) => `redis://127.0.0.1:${port}`).join(','))
  const roles = await Promise.all(servers.map(async (server) => [await server.command('ROLE')].flat()[0]))
  t.strictSame(roles, ['master', 'master', 'master', 'slave', 'slave', 'slave'])
  await t.rejects(Promise.all(servers.map((server) => server.command('SET', 'key', 'value'))), /MOVED/)
})

t.test('a replica of a cluster takes the place of its killed master', async (t) => {
  const { servers: [first, second, , replica] } = await startRedisCluster(t, { replicas: 1 })
  await first?.kill()
  await until(async () => [await replica?.command('ROLE')].flat()[0] === 'master', 50)
  await until(async () => String(await second?.command('CLUSTER', 'INFO')).includes('cluster_state:ok'), 50)
  t.match(await second?.command('CLUSTER', 'NODES'), new RegExp(`:${replica?.port}@\\d+ master `))
})

t.test('Sentinels make the replica the master when they are told to', async (t) => {
  const { master, replica, url, sentinelPorts, masterPort, failover } = await startRedisSentinel(t)
  t.equal(url, `redis+sentinel://${sentinelPorts.map((port) => `127.0.0.1:${port}`).join(',')}/hub`)
  t.equal(await masterPort(), master.port)
  await failover()
  t.equal(await masterPort(), replica.port)
  t.equal([await replica.command('ROLE')].flat()[0], 'master')
})

t.test('Sentinels make the replica the master when the master is killed', async (t) => {
  const { master, replica, masterPort } = await startRedisSentinel(t)
  await master.kill()
  await until(async () => await masterPort() === replica.port, 50)
  t.equal([await replica.command('ROLE')].flat()[0], 'master')
})

t.test('a proxy holds either way back, and lets through what it held', async (t) => {
  const redis = await startRedis(t)
  const proxy = await startProxy(t, redis.port)
  const client = clientOf(t, proxy.port)
  await client.ping()
  for (const direction of ['up', 'down', 'both'] as const) {
    proxy.hold(direction)
    const answer = watch(client.incr(direction))
    // Commands that take the direct way are not held.
    if (direction === 'down') await until(async () => await redis.command('GET', direction) === '1')
    else t.equal(await redis.command('GET', direction), null)
    t.notOk(answer.settled)
    proxy.release()
    t.equal(await answer.promise, 1)
  }
})

t.test('a held proxy takes new connections and passes large data on without a loss', async (t) => {
  const redis = await startRedis(t)
  const proxy = await startProxy(t, redis.port)
  proxy.hold('both')
  const client = clientOf(t, proxy.port)
  const value = 'x'.repeat(8_000_000)
  const [set, got] = [client.set('key', value), client.get('key')]
  await until(() => proxy.connections === 1)
  t.equal(await redis.command('EXISTS', 'key'), 0)
  proxy.release()
  t.equal(await set, 'OK')
  t.ok(await got === value)
})

t.test('a proxy that swallows replies leaves the command done and the client without an answer', async (t) => {
  const redis = await startRedis(t)
  const proxy = await startProxy(t, redis.port)
  const client = clientOf(t, proxy.port)
  await client.ping()
  proxy.swallow('down')
  const answer = client.incr('key')
  await until(async () => await redis.command('GET', 'key') === '1')
  proxy.cut()
  await t.rejects(answer)
  await until(() => proxy.connections === 0)
})

t.test('a cut proxy takes the next connection; one without a server closes it', async (t) => {
  const redis = await startRedis(t)
  const proxy = await startProxy(t, redis.port)
  const first = clientOf(t, proxy.port)
  await first.ping()
  const closed = once(first, 'close')
  proxy.cut()
  await closed
  t.equal(await clientOf(t, proxy.port).ping(), 'PONG')
  await redis.kill()
  const orphan = connect(proxy.port, '127.0.0.1')
  orphan.on('error', () => {})
  await once(orphan, 'close')
})
