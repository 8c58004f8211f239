import { randomUUID } from 'node:crypto'
import t from 'tap'
import type { RedisTimings } from '../../src/relay/redis/timings.ts'
import { presenceContract } from '../contracts/presence-contract.ts'
import { relayContract, type BuildRelay } from '../contracts/relay-contract.ts'
import { openTestRelay } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'

/** Two nodes on one Redis; each test has names of its own. */
function nodesOn (url: string, timings: Partial<RedisTimings> = {}): BuildRelay {
  return async (t) => {
    const prefix = randomUUID()
    const { relay } = await openTestRelay(t, url, { prefix, timings })
    const { relay: second } = await openTestRelay(t, url, { prefix, timings })
    return { relay, second }
  }
}

t.test('over one Redis server', async (t) => {
  const { url } = await startRedis(t)
  relayContract(t, nodesOn(url))
  presenceContract(t, nodesOn(url))
})

t.test('over a Redis cluster', async (t) => {
  const { url } = await startRedisCluster(t, {})
  // A sweep takes a call for each number of the keys.
  const timings = { sweepMs: 100 }
  relayContract(t, nodesOn(url, timings))
  presenceContract(t, nodesOn(url, timings))
})
