import t from 'tap'
import { HUB_ROOM } from '../../src/relay/presence-store.ts'
import { until, type Teardown } from '../helper.ts'
import { occupantOf, PresenceNode } from '../support/presence-node.ts'
import { startRedis } from '../support/redis-server.ts'

const server = await startRedis(t)
let prefixes = 0

function nodeMaker (t: Teardown, tags = 1): () => PresenceNode {
  const prefix = `s${prefixes += 1}`
  return () => new PresenceNode(t, { server, prefix, tags })
}

/** How many of each, `{ 'left hall': 3 }`. */
function tally (told: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const line of told) {
    const what = line.split(' ').slice(0, 2).join(' ')
    counts[what] = (counts[what] ?? 0) + 1
  }
  return counts
}

for (const tags of [1, 64]) {
  t.test(`a dead node's members are taken out once, although two nodes do it at once (${tags} tags)`, async (t) => {
    const make = nodeMaker(t, tags)
    const [dead, one, two] = [make(), make(), make()]
    const users = Array.from({ length: 300 }, (_, index) => `u${index}`)
    await Promise.all(users.map((user) => dead.enter('hall', `${user}-1`, `${user}-1 sub`)))
    await Promise.all(users.map((user) => dead.enter(HUB_ROOM, `${user}-1`)))
    await Promise.all(users.map((user) => dead.enter(`room of ${user}`, `${user}-1`)))
    await Promise.all(users.slice(0, 100).map((user) => one.enter('hall', `${user}-2`)))
    for (const node of [one, two]) await node.watch('hall')
    await Promise.all([one, two].map((node) => node.presence.sweepNode(dead.leaseId, 0)))
    t.same(await one.presence.size('hall'), { connections: 100, users: 100 })
    for (const node of [one, two]) {
      const told = await node.heard()
      t.same(tally(told), { 'left hall': 200 })
      t.equal(new Set(told).size, 200, 'each user and each number of users once')
      t.equal(told.at(-1)?.split(' ').at(-1), '100')
    }
    t.strictSame(await one.presence.rooms(), [{ room: 'hall', connections: 100, users: 100 }])
    await Promise.all(users.slice(0, 100).map((user) => one.presence.leave('hall', occupantOf(`${user}-2`), 0)))
    t.strictSame(await one.leftovers(), [])
  })
}

t.test('a dead node\'s users stay present for the grace; those who are back within it are not told of', async (t) => {
  const make = nodeMaker(t)
  const [dead, node] = [make(), make()]
  const users = Array.from({ length: 450 }, (_, index) => `u${index}`)
  await Promise.all(users.map((user) => dead.enter('hall', `${user}-1`)))
  await node.watch('hall')
  // One after the other comes back, before the node is found dead or after.
  await Promise.all([node.presence.sweepNode(dead.leaseId, 100), ...users.slice(0, 50).map((user) => node.enter('hall', `${user}-2`))])
  t.same(await node.presence.size('hall'), { connections: 50, users: 450 })
  await until(async () => {
    await Promise.all([node.presence.sweepGraces(), dead.presence.sweepGraces()])
    return (await node.presence.size('hall')).users === 50
  })
  t.same(tally(await node.heard()), { 'left hall': 400 })
  t.equal((await node.presence.members('hall', 1_000)).users.filter(({ id }) => users.indexOf(id) >= 50).length, 0)
})

t.test('a grace that began under one node ends under another', async (t) => {
  const make = nodeMaker(t)
  const [one, two] = [make(), make()]
  await one.enter('hall', 'ada-1')
  await two.watch('hall')
  await one.presence.leave('hall', occupantOf('ada-1'), 20)
  t.equal(await two.presence.connectionsOf('hall', 'ada'), 0)
  await two.presence.sweepGraces()
  await until(async () => {
    await two.presence.sweepGraces()
    return (await two.heard()).length > 0
  })
  t.strictSame(two.told, ['left hall ada 0'])
  t.strictSame(await two.leftovers(), [])
})

t.test('a grace that ends while another connection holds is over', async (t) => {
  const [node] = [nodeMaker(t)()]
  await node.enter('hall', 'ada-1', 'ada-2')
  await node.presence.leave('hall', occupantOf('ada-1'), 1)
  await until(async () => {
    await node.presence.sweepGraces()
    return await node.runner.client.zcard(`${node.keys.base(0)}pg`) === 0
  })
  t.equal(await node.presence.connectionsOf('hall', 'ada'), 1)
  t.match(await node.presence.leave('hall', occupantOf('ada-2'), 0), { departed: true })
  t.strictSame(await node.leftovers(), [])
})

t.test('a grace that is over but not swept does not hold a user', async (t) => {
  const [node] = [nodeMaker(t)()]
  await node.enter('hall', 'ada-1', 'ada-2')
  await node.presence.leave('hall', occupantOf('ada-1'), 1)
  const { client } = node.runner
  await until(async () => {
    const [seconds = 0, micros = 0] = (await client.time()).map(Number)
    return Number(await client.zscore(`${node.keys.base(0)}pg`, 'hall\nada')) <= seconds * 1000 + Math.floor(micros / 1000)
  })
  t.match(await node.presence.leave('hall', occupantOf('ada-2'), 0), { departed: true })
  t.strictSame(await node.leftovers(), [])
})

t.test('sweeping a node that has nobody does nothing', async (t) => {
  const [node] = [nodeMaker(t)()]
  await node.presence.sweepNode('nobody', 0)
  t.strictSame(await node.leftovers(), [])
})
