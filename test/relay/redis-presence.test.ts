import t from 'tap'
import { HUB_ROOM } from '../../src/relay/presence-store.ts'
import { presenceContract } from '../contracts/presence-contract.ts'
import { until, type Teardown } from '../helper.ts'
import { occupantOf, PresenceNode, PresenceRelay } from '../support/presence-node.ts'
import { startRedis } from '../support/redis-server.ts'

const server = await startRedis(t)
let prefixes = 0

/** Nodes that share what they keep with nobody else. */
function nodesOf (t: Teardown, count: number, tags = 1): [PresenceNode, PresenceNode] {
  const prefix = `p${prefixes += 1}`
  const [first, second = first] = Array.from({ length: count }, () => new PresenceNode(t, { server, prefix, tags }))
  if (first === undefined || second === undefined) throw new Error('at least one node')
  return [first, second]
}

for (const tags of [1, 64]) {
  t.test(`with ${tags} tags`, async (t) => {
    presenceContract(t, async (t) => ({ relay: new PresenceRelay(t, nodesOf(t, 1, tags)[0]) }))
  })

  t.test(`two nodes with ${tags} tags`, async (t) => {
    t.test('a user on two nodes arrives once and departs once, told to both', async (t) => {
      const nodes = nodesOf(t, 2, tags)
      const [one, two] = nodes
      for (const node of nodes) await node.watch('hall')
      t.match(await one.presence.enter('hall', occupantOf('ada-1'), 0), { arrived: true, connections: 1, users: 1 })
      t.match(await two.presence.enter('hall', occupantOf('ada-2'), 0), { arrived: false, connections: 2, users: 1 })
      t.equal(await one.presence.connectionsOf('hall', 'ada'), 2)
      t.same(await one.presence.leave('hall', occupantOf('ada-1'), 0), { departed: false, connections: 1, users: 1 })
      t.same(await two.presence.leave('hall', occupantOf('ada-2'), 0), { departed: true, connections: 0, users: 0 })
      for (const node of nodes) t.strictSame(await node.heard(), ['joined hall ada 1', 'left hall ada 0'])
      t.strictSame(await one.leftovers(), [])
    })

    t.test('rooms of all nodes and numbers are listed and counted, that of all connections is not', async (t) => {
      const [one, two] = nodesOf(t, 2, tags)
      const names = Array.from({ length: 700 }, (_, index) => `room ${index}`)
      await Promise.all(names.map((room, index) => (index % 2 === 0 ? one : two).enter(room, 'ada-1', 'bob-1 sub')))
      await one.enter(HUB_ROOM, 'ada-1')
      const rooms = await two.presence.rooms()
      t.strictSame(rooms.map(({ room }) => room).sort(), names.sort())
      t.ok(rooms.every(({ connections, users }) => connections === 2 && users === 1))
      t.equal(await one.presence.roomCount(), names.length)
      t.strictSame([...await one.presence.holders()].sort(), [one.leaseId, two.leaseId].sort())
    })
  })
}

t.test('a room never holds more than its capacity, whoever asks at once', async (t) => {
  const [one, two] = nodesOf(t, 2)
  const entries = await Promise.all(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? one : two).presence.enter('hall', occupantOf(`u${index}-1`), 30)))
  t.equal(entries.filter(({ admitted }) => admitted).length, 30)
  t.same(await one.presence.size('hall'), { connections: 30, users: 30 })
})

t.test('a page of the members begins where it is asked to', async (t) => {
  const [one, two] = nodesOf(t, 2)
  const ids = Array.from({ length: 1_200 }, (_, index) => `u${index}`)
  for (const [index, id] of ids.entries()) await (index % 2 === 0 ? one : two).enter('hall', `${id}-1`)
  const listed = async (limit: number, offset: number) => (await two.presence.members('hall', limit, offset)).users.map(({ id }) => id)
  t.strictSame(await listed(1_100, 0), ids.slice(0, 1_100))
  t.strictSame(await listed(3, 1_198), ids.slice(1_198))
  t.strictSame(await listed(0, 0), [])
})

t.test('lists asked for at once are one call, unless the room changes in between', async (t) => {
  const [node] = nodesOf(t, 1)
  await node.enter('hall', 'ada-1')
  const reads = () => node.runner.calls.filter((name) => name === 'wshubPresenceMembers').length
  const lists = await Promise.all([1, 2, 3].map(() => node.presence.members('hall', 10)))
  t.equal(reads(), 1)
  t.ok(lists.every(({ count }) => count === 1))
  await Promise.all([node.presence.members('hall', 10), node.presence.members('hall', 10, 1), node.presence.members('cellar', 10)])
  t.equal(reads(), 4)
  const before = node.presence.members('hall', 10)
  const entry = node.presence.enter('hall', occupantOf('bob-1'), 0)
  const after = node.presence.members('hall', 10)
  await entry
  t.same([(await before).count, (await after).count], [1, 2])
})

t.test('users and rooms may be called anything', async (t) => {
  const [node] = nodesOf(t, 1)
  const user = { id: 'a\nb "c" \\ {x}:ü', name: '\u2028 ☃\n' }
  const rooms = ['a', 'a:u', 'u:a', '☃ "x"']
  for (const room of rooms) await node.watch(room)
  for (const room of rooms) await node.presence.enter(room, { connectionId: 'c', user, as: 'member' }, 0)
  for (const room of rooms) t.same(await node.presence.members(room, 10), { users: [user], count: 1 })
  for (const room of rooms) await node.presence.leave(room, { connectionId: 'c', user, as: 'member' }, 1)
  while ((await node.presence.rooms()).length > 0) await node.presence.sweepGraces()
  t.strictSame(await node.heard(), [...rooms.map((room) => `joined ${room} ${user.id} 1`), ...rooms.map((room) => `left ${room} ${user.id} 0`)])
  t.strictSame(await node.leftovers(), [])
})

t.test('who comes into or leaves the room of all connections was seen then, and nobody is told', async (t) => {
  const [node] = nodesOf(t, 1, 64)
  await node.watch(HUB_ROOM)
  const before = Date.now()
  await node.enter(HUB_ROOM, 'ada-1')
  await node.enter('hall', 'bob-1')
  const entered = await node.presence.lastSeen('ada')
  t.ok(entered !== undefined && entered >= before - 1 && entered <= Date.now() + 1)
  await node.presence.leave(HUB_ROOM, occupantOf('ada-1'), 0)
  t.ok((await node.presence.lastSeen('ada') ?? 0) >= (entered ?? Infinity))
  t.equal(await node.presence.lastSeen('bob'), undefined)
  t.strictSame(await node.heard(), [])
})

t.test('who was not seen for 30 days is forgotten', async (t) => {
  const [node] = nodesOf(t, 1)
  const month = 30 * 24 * 60 * 60 * 1000
  await node.runner.client.zadd(`${node.keys.base(0)}ps`, Date.now() - month - 60_000, 'old', Date.now() - month + 60_000, 'bob')
  await node.enter(HUB_ROOM, 'ada-1')
  t.equal(await node.presence.lastSeen('old'), undefined)
  t.type(await node.presence.lastSeen('bob'), 'number')
})

t.test('a notice that cannot be read is left alone', async (t) => {
  const [node] = nodesOf(t, 1)
  for (const notice of ['', 'joined', 'joined 1', 'joined 1\n', 'joined 1\n{', 'joined 1\n{"id":1,"name":"a"}', 'joined x\n{"id":"a","name":"a"}', 'was 1\n{"id":"a","name":"a"}']) {
    t.notOk(node.presence.onNotice('hall', notice), JSON.stringify(notice))
  }
  t.strictSame(node.told, [])
  t.ok(node.presence.onNotice('hall', 'left 3\n{"id":"a","name":"A"}'))
  t.strictSame(node.told, ['left hall a 3'])
})

t.test('without Redis reads and entries are refused, exits are not', async (t) => {
  const [node] = nodesOf(t, 1)
  const { presence, runner } = node
  await node.enter('hall', 'ada-1')
  runner.fate = 'away'
  const refused = { code: 'UNAVAILABLE' }
  await t.rejects(presence.enter('hall', occupantOf('bob-1'), 0), refused)
  await t.rejects(presence.members('hall', 10), refused)
  await t.rejects(presence.size('hall'), refused)
  await t.rejects(presence.connectionsOf('hall', 'ada'), refused)
  await t.rejects(presence.lastSeen('ada'), refused)
  await t.rejects(presence.rooms(), refused)
  await t.rejects(presence.roomCount(), refused)
  await t.rejects(presence.sweepGraces(), refused)
  await t.rejects(presence.sweepNode('node', 0), refused)
  runner.fate = 'answered'
  const calls = runner.calls.length
  await presence.healDirty()
  t.equal(runner.calls.length, calls, 'what was not sent needs no repair')
  runner.fate = 'away'
  t.same(await presence.leave('hall', occupantOf('ada-1'), 0), { departed: false, connections: 0, users: 0 })
})

t.test('an exit that overtakes its entry stands', async (t) => {
  const [node] = nodesOf(t, 1)
  const { presence, runner } = node
  runner.fate = 'overtaken'
  const entry = presence.enter('hall', occupantOf('ada-1'), 0)
  runner.fate = 'answered'
  t.match(await presence.leave('hall', occupantOf('ada-1'), 0), { departed: false })
  await runner.sendHeld()
  t.match(await entry, { admitted: true })
  await until(async () => (await node.leftovers()).length === 0)
})
