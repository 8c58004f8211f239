import t from 'tap'
import { until, type Teardown } from '../helper.ts'
import { startTwoHubs, type LinkedHub } from '../support/linked-hubs.ts'
import { enter, member } from '../support/test-hub.ts'

/** Ada on both nodes, once as an administrator, in a room each; Bob on the second. */
async function peopled (t: Teardown): Promise<[LinkedHub, LinkedHub]> {
  const [first, second] = await startTwoHubs(t)
  await member(t, first, 'ada', 'hall')
  await enter(t, second, 'ada', { roles: ['user', 'admin'] })
  await member(t, second, 'bob', 'cellar')
  await until(async () => (await first.hub.online()).connections === 3)
  return [first, second]
}

t.test('the stats are those of all nodes, with an entry for each, the asked one first', async (t) => {
  const [first, second] = await peopled(t)
  await first.hub.broadcast({ type: 'news' })
  const { nodes, uptime_s: uptime, timestamp, ...stats } = await second.hub.stats()
  t.same(stats, { total_clients: 3, online_users: 2, total_rooms: 2, by_role: { user: 3, admin: 1 }, messages: { in: 2, out: 3 } })
  t.match(nodes, [{ id: 'node-2', clients: 2, rooms: 1, uptime_s: uptime }, { id: 'node-1', clients: 1, rooms: 1, uptime_s: Number }])
  t.ok(Date.parse(timestamp))
})

t.test('the stats of one node are its own, and nobody is asked', async (t) => {
  const [, second] = await peopled(t)
  const asked = second.relay.asked.length
  const { nodes, uptime_s: uptime, timestamp, ...stats } = await second.hub.stats({ scope: 'node' })
  t.same(stats, { total_clients: 2, online_users: 2, total_rooms: 1, by_role: { user: 2, admin: 1 }, messages: { in: 1, out: 0 } })
  t.same([nodes.map(({ id }) => id), second.relay.asked.length], [['node-2'], asked])
  t.same(await second.hub.counts({ scope: 'node' }), { total_clients: 2, online_users: 2, by_role: { user: 2, admin: 1 } })
  t.ok(timestamp && uptime)
})

t.test('a node that does not answer is named, and its connections are not counted', async (t) => {
  const [first, second] = await peopled(t)
  second.relay.isSilent = true
  t.match(await first.hub.stats(), { total_clients: 1, online_users: 2, missing_nodes: ['node-2'], nodes: [{ id: 'node-1' }] })
  t.match(await first.hub.counts(), { total_clients: 1, by_role: { user: 1 }, missing_nodes: ['node-2'] })
})

t.test('a node that reaches nobody answers with what it knows itself, and names the others', async (t) => {
  const [first] = await peopled(t)
  first.relay.isReachable = false
  t.match(await first.hub.stats(), { total_clients: 1, online_users: 1, total_rooms: 1, missing_nodes: ['node-2'] })
  t.same(await first.hub.counts(), { total_clients: 1, online_users: 1, by_role: { user: 1 }, missing_nodes: ['node-2'] })
  t.same(await first.hub.online(), { users: 1, connections: 1 })
})

t.test('a node that does not even answer itself knows its own report', async (t) => {
  const [first] = await peopled(t)
  first.relay.ask = async () => ({ answers: [{ node: 'node-2', answer: 'nonsense' }], missing: ['node-1'] })
  t.match(await first.hub.stats(), { total_clients: 1, nodes: [{ id: 'node-1', clients: 1 }], missing_nodes: ['node-2'] })
})

t.test('many who want to know at a time ask the nodes once', async (t) => {
  const [first] = await peopled(t)
  const results = await Promise.all([first.hub.stats(), first.hub.counts(), first.hub.counts()])
  t.same(results.map(({ total_clients: clients }) => clients), [3, 3, 3])
  t.equal(first.relay.asked.filter((kind) => kind === 'report').length, 1)
  await first.hub.counts()
  t.equal(first.relay.asked.filter((kind) => kind === 'report').length, 2)
})

t.test('how many are online is known without asking the nodes', async (t) => {
  const [first] = await peopled(t)
  t.same(await first.hub.online(), { users: 2, connections: 3 })
  t.notOk(first.relay.asked.includes('report'))
})
