import t from 'tap'
import { presenceContract } from '../contracts/presence-contract.ts'
import { relayContract } from '../contracts/relay-contract.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { nodesOn } from '../support/redis-relays.ts'

t.test('over a Redis cluster', async (t) => {
  const { url } = await startRedisCluster(t, {})
  // A sweep takes a call for each number of the keys.
  const timings = { sweepMs: 100 }
  relayContract(t, nodesOn(url, timings))
  presenceContract(t, nodesOn(url, timings))
})
