import { randomUUID } from 'node:crypto'
import t from 'tap'
import { presenceContract } from '../contracts/presence-contract.ts'
import { relayContract, type BuildRelay } from '../contracts/relay-contract.ts'
import { openTestRelay } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'

/** Two nodes on one Redis; each test has names of its own. */
function nodesOn (url: string): BuildRelay {
  return async (t) => {
    const prefix = randomUUID()
    const { relay } = await openTestRelay(t, url, { prefix })
    const { relay: second } = await openTestRelay(t, url, { prefix })
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
  relayContract(t, nodesOn(url))
  presenceContract(t, nodesOn(url))
})
