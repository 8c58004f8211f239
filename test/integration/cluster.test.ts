import t from 'tap'
import { connectAs, getJson, tokenFor, until } from '../helper.ts'
import { refusedHandshake } from '../client.ts'
import { getAsAdmin } from '../support/admin.ts'
import { startTwoServices } from '../support/linked-services.ts'

t.test('The stats are those of all nodes, of one where only that is asked for', async (t) => {
  const [first, second] = await startTwoServices(t)
  await connectAs(t, first, 'ada')
  await connectAs(t, second, 'bob')
  await until(async () => (await first.app.hub.online()).connections === 2)
  t.match((await getAsAdmin(first, '/ws/stats')).body, { total_clients: 2, online_users: 2, nodes: [{ id: 'node-1' }, { id: 'node-2' }], missing_nodes: undefined })
  t.match((await getAsAdmin(first, '/ws/stats?scope=node')).body, { total_clients: 1, online_users: 1, nodes: [{ id: 'node-1' }] })
  second.relay.isSilent = true
  t.match((await getAsAdmin(first, '/ws/stats')).body, { total_clients: 1, missing_nodes: ['node-2'] })
})

t.test('Everybody sees how many are online on all nodes, and on this one when the others cannot be reached', async (t) => {
  const [first, second] = await startTwoServices(t)
  for (const service of [first, second, second]) await connectAs(t, service, 'ada')
  await until(async () => (await first.app.hub.online()).connections === 3)
  t.strictSame((await getJson(first, '/ws/online')).body, { online: 1, connections: 3 })
  first.relay.isReachable = false
  t.strictSame((await getJson(first, '/ws/online')).body, { online: 1, connections: 1 })
})

t.test('Under reject a user\'s connections on other nodes count, unless they cannot be learned', async (t) => {
  const admission = { maxConnections: 0, maxConnectionsPerUser: 1, userLimitPolicy: 'reject', maxConnectionsPerIp: 0 } as const
  const [first, second] = await startTwoServices(t, { admission })
  await connectAs(t, first, 'ada')
  const token = await tokenFor({ sub: 'ada' })
  t.match(await refusedHandshake(t, second.address, { token }), { status: 429, body: { error: 'too many connections of this user' } })
  second.relay.isReachable = false
  t.ok(await connectAs(t, second, 'ada'))
})

t.test('Under reject no more of many handshakes at the same moment come in to a node than the limit says', async (t) => {
  const admission = { maxConnections: 0, maxConnectionsPerUser: 3, userLimitPolicy: 'reject', maxConnectionsPerIp: 0 } as const
  const [first] = await startTwoServices(t, { admission })
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, async () => await connectAs(t, first, 'ada')))
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3)
})
