import t from 'tap'
import { SECRET, until } from '../helper.ts'
import { startRedis } from '../support/redis-server.ts'
import { startNode } from './fault-node.ts'

t.test('a node comes back on its port, and is missed when it ends by itself only', async (t) => {
  const redis = await startRedis(t)
  const crashes: string[] = []
  const node = await startNode(t, { REDIS_URL: redis.url, JWT_SECRET: SECRET, LOG_LEVEL: 'fatal' }, (what) => crashes.push(what))
  const { address } = node
  t.ok(await node.memory() > 1e6)
  await node.kill()
  await t.rejects(fetch(`${address}/health`))
  await node.start()
  t.equal(node.address, address)
  t.equal((await fetch(`${address}/health/ready`)).status, 200)
  node.freeze()
  node.thaw()
  await node.stop()
  await t.rejects(fetch(`${address}/health`))
  await node.start()
  t.strictSame(crashes, [])
  process.kill(node.pid, 'SIGKILL')
  await until(() => crashes.length > 0)
  t.match(crashes, [/ended by itself: SIGKILL/])
})
