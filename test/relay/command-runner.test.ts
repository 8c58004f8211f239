import { setImmediate as endOfTurn } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import t from 'tap'
import { CommandRunner } from '../../src/relay/redis/command-runner.ts'
import { closeClient, openCommands } from '../../src/relay/redis/connect.ts'
import { parseRedisUrl, type RedisServerAddress } from '../../src/relay/redis/redis-url.ts'
import type { Script } from '../../src/relay/redis/script-runner.ts'
import { until, type Teardown } from '../helper.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startRedis } from '../support/redis-server.ts'

const push: Script = { name: 'push', lua: "return redis.call('RPUSH', KEYS[1], ARGV[1])" }

async function connect (t: Teardown, port: number): Promise<Redis> {
  const client = new Redis({ port, host: '127.0.0.1' })
  // Each round has a runner of its own on it.
  client.setMaxListeners(0)
  t.teardown(() => client.disconnect())
  await until(() => client.status === 'ready')
  return client
}

t.test('calls take effect in their order, also when another node brings the script to the server between them', async (t) => {
  const redis = await startRedis(t)
  const [client, elsewhere] = [await connect(t, redis.port), await connect(t, redis.port)]
  for (let round = 0; round < 200; round += 1) {
    await redis.command('SCRIPT', 'FLUSH')
    const runner = new CommandRunner(client, 1_000)
    const list = `list-${round}`
    const calls = [runner.run(push, [list], ['first'])]
    const loaded = elsewhere.script('LOAD', push.lua)
    for (let index = 0; index < 5; index += 1) {
      await endOfTurn()
      calls.push(runner.run(push, [list], [`later ${index}`]))
    }
    await Promise.all([...calls, loaded])
    t.equal(await client.lindex(list, 0), 'first')
    runner.close()
  }
})

t.test('a script that the server has forgotten is brought again', async (t) => {
  const redis = await startRedis(t)
  const runner = new CommandRunner(await connect(t, redis.port), 1_000)
  t.equal(await runner.run(push, ['list'], ['a']), 1)
  t.equal(await runner.run(push, ['list'], ['b']), 2)
  await redis.command('SCRIPT', 'FLUSH')
  t.equal(await runner.run(push, ['list'], ['c']), 3)
  runner.close()
})

function serversOf (url: string): readonly RedisServerAddress[] {
  const parsed = parseRedisUrl(url)
  return 'target' in parsed && parsed.target.kind === 'cluster' ? parsed.target.servers : []
}

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
