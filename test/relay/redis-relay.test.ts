import t from 'tap'
import { presenceContract } from '../contracts/presence-contract.ts'
import { relayContract } from '../contracts/relay-contract.ts'
import { nodesOn } from '../support/redis-relays.ts'
import { startRedis } from '../support/redis-server.ts'

t.test('over one Redis server', async (t) => {
  const { url } = await startRedis(t)
  relayContract(t, nodesOn(url))
  presenceContract(t, nodesOn(url))
})
