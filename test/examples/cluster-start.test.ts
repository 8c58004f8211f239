import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findProgram } from '../../examples/cluster/find-program.ts'
import { startRedis } from '../../examples/cluster/redis.ts'
import { isRunning } from '../../examples/replay/child-process.ts'
import { startCluster, type ClusterOptions, type RunningCluster } from '../../examples/cluster/start-cluster.ts'
import { tokenMaker } from '../../examples/replay/tokens.ts'
import { connect, type TestClient } from '../client.ts'
import { getJson } from '../helper.ts'
import { startRedis as startTestRedis } from '../support/redis-server.ts'

t.test('behind HAProxy, connections are spread and rooms are not', async (t) => {
  const cluster = await running(t, { nodes: 3, balancer: 'haproxy' })
  t.equal(cluster.balancer.kind, 'haproxy')
  const [ada, bob, cid] = [await enter(t, cluster, 'ada'), await enter(t, cluster, 'bob'), await enter(t, cluster, 'cid')]
  t.equal(new Set([ada.node, bob.node, cid.node]).size, 3)
  t.match(await ada.client.request({ type: 'send_message', room: 'general', payload: { content: 'hello' } }), { type: 'ack' })
  for (const { client } of [bob, cid]) t.match(await client.next('new_message'), { payload: { content: 'hello' }, sender: { id: 'ada' } })
})

t.test('each instance can be reached by itself, and takes the settings given', async (t) => {
  const { instances } = await running(t, { nodes: 2, balancer: 'own', env: { WS_ONLINE_PUBLIC: 'false' } })
  t.equal(new Set(instances.map(({ address }) => address)).size, 2)
  for (const { address } of instances) {
    t.match(await getJson({ address }, '/health/live'), { status: 200 })
    t.match(await getJson({ address }, '/ws/online'), { status: 401 })
  }
})

t.test('a Redis that runs already is used, and goes on running', async (t) => {
  const redis = await startTestRedis(t)
  const cluster = await startCluster({ nodes: 1, balancer: 'own', redisUrl: redis.url })
  t.match(cluster.redis, { url: redis.url, process: undefined })
  t.match(await redis.command('CLIENT', 'LIST'), /addr=.*\n.*addr=/)
  await cluster.stop()
  t.equal(await redis.command('PING'), 'PONG')
})

t.test('a Redis that is not installed, or does not start, is told with what to do or what it said', async (t) => {
  const temporary = useTemporary(t)
  await t.rejects(startRedis(undefined), /apt-get install redis-server[^]*--redis redis:/)
  const directory = t.testdir({ broken: '#!/bin/sh\necho no memory >&2\nexit 1\n' })
  chmodSync(join(directory, 'broken'), 0o755)
  await t.rejects(startRedis(join(directory, 'broken')), /ended:\nno memory/)
  t.strictSame(readdirSync(temporary).filter((name) => name !== 'broken'), [])
})

t.test('stopped, no process is left and no file; nothing is told of ends that were wanted', async (t) => {
  const temporary = useTemporary(t)
  const said: string[] = []
  const cluster = await startCluster({ nodes: 2, balancer: 'haproxy', say: (line) => { said.push(line) } })
  const { client } = await enter(t, cluster, 'ada')
  await cluster.stop()
  t.match(await client.closed, { code: 1012 }, 'the instance has said goodbye through the balancer')
  for (const child of [cluster.redis.process, cluster.balancer.process, ...cluster.instances.map(({ process }) => process)]) {
    t.ok(child !== undefined && !isRunning(child))
  }
  t.strictSame(readdirSync(temporary), [])
  t.strictSame(said, [])
})

t.test('when instances do not come up nothing is left', async (t) => {
  const temporary = useTemporary(t)
  await t.rejects(startCluster({ nodes: 2, balancer: 'own', env: { WS_ENABLED: 'false' } }), /ended before it was listening/)
  t.strictSame(readdirSync(temporary), [])
})

t.test('a program is found on the path or among those of administrators, or not at all', async (t) => {
  t.equal(findProgram('sh', '/nowhere:/bin'), '/bin/sh')
  t.ok(findProgram('haproxy', '/nowhere'))
  t.equal(findProgram('no-such-program'), undefined)
})

async function running (t: Test, options: ClusterOptions): Promise<RunningCluster> {
  const cluster = await startCluster(options)
  t.teardown(() => cluster.stop())
  return cluster
}

/** Somebody in the room `general`, connected through the balancer, and the node they are on. */
async function enter (t: Test, { address, secret }: RunningCluster, name: string): Promise<{ client: TestClient, node: unknown }> {
  const client = connect(t, address, { token: await tokenMaker(secret)({ id: name, name }) })
  const { payload } = await client.next('connected')
  await client.request({ type: 'join_room', room: 'general' })
  return { client, node: payload['node_id'] }
}

/** A folder for all temporary files of this process, until the test is over. */
function useTemporary (t: Test): string {
  const before = process.env['TMPDIR']
  const folder = t.testdir()
  process.env['TMPDIR'] = folder
  t.teardown(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
  return folder
}
