import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import type { RoomSummary } from '../../src/relay/presence-store.ts'
import { REENTRY_GRACE_MS } from '../../src/relay/redis/presence-heal.ts'
import { until, type Teardown } from '../helper.ts'
import { occupantOf, PresenceNode } from '../support/presence-node.ts'
import { startRedis } from '../support/redis-server.ts'

const server = await startRedis(t)
let prefixes = 0

/** Two nodes, of which the second hears of the hall. */
async function pair (t: Teardown, tags = 1): Promise<[PresenceNode, PresenceNode]> {
  const prefix = `h${prefixes += 1}`
  const nodes: [PresenceNode, PresenceNode] = [new PresenceNode(t, { server, prefix, tags }), new PresenceNode(t, { server, prefix, tags })]
  await nodes[1].watch('hall')
  return nodes
}

async function roomsOf ({ presence }: PresenceNode): Promise<RoomSummary[]> {
  return [...await presence.rooms()].sort((a, b) => a.room.localeCompare(b.room))
}

/** When a user's grace ends, ms from now; undefined when there is none. */
async function graceOf ({ runner, keys }: PresenceNode, room: string, user: string): Promise<number | undefined> {
  const ends = await runner.client.zscore(`${keys.base(0)}pg`, `${room}\n${user}`)
  return ends === null ? undefined : Number(ends) - Date.now()
}

for (const tags of [1, 64]) {
  t.test(`after Redis lost everything all nodes put theirs back, and nobody is told (${tags} tags)`, async (t) => {
    const [one, two] = await pair(t, tags)
    const users = Array.from({ length: 250 }, (_, index) => `u${index}`)
    for (const node of [one, two]) {
      await Promise.all(users.map((user) => node.enter('hall', `${user}-${node.leaseId}`, `${user}-${node.leaseId} sub`)))
      await Promise.all(users.map((user) => node.enter(`room of ${user}`, `${user}-${node.leaseId}`)))
    }
    const before = await roomsOf(one)
    two.told.length = 0
    await server.command('FLUSHALL')
    t.strictSame(await Promise.all([one, two].map((node) => node.presence.heal({ quiet: true }))), [true, true])
    t.match(one.logs.lines, [{ text: 'presence healed', fields: { rooms: 251, changes: 750, quiet: true } }])
    t.strictSame(await roomsOf(one), before)
    t.strictSame(await two.heard(), [])
    for (const node of [one, two]) await node.presence.sweepNode(node.leaseId, 0)
    t.strictSame(await one.leftovers(), [])
  })
}

t.test('who left while Redis was losing everything is told to have left, once, unless another node has it', async (t) => {
  const [one, two] = await pair(t)
  await one.enter('hall', 'ada-1', 'bob-1')
  await two.enter('hall', 'bob-2')
  await server.command('FLUSHALL')
  await one.presence.leave('hall', occupantOf('ada-1'), 0)
  one.runner.fate = 'lost'
  await one.presence.leave('hall', occupantOf('bob-1'), 0)
  one.runner.fate = 'answered'
  two.told.length = 0
  await one.presence.heal({ quiet: true })
  const grace = await graceOf(one, 'hall', 'bob')
  t.ok(grace !== undefined && grace > REENTRY_GRACE_MS - 2_000 && grace <= REENTRY_GRACE_MS + 50, 'long enough for the other node')
  await two.presence.heal({ quiet: true })
  t.equal(await graceOf(one, 'hall', 'bob'), undefined)
  t.same(await roomsOf(one), [{ room: 'hall', connections: 1, users: 2 }])
  t.strictSame(await two.heard(), [])
  // The grace of Ada, who is nowhere, ends.
  await one.runner.client.zadd(`${one.keys.base(0)}pg`, 1, 'hall\nada')
  for (const node of [one, two]) await node.presence.healDirty()
  for (const node of [one, two]) await node.presence.sweepGraces()
  t.strictSame(await two.heard(), ['left hall ada 1'])
  t.same(await roomsOf(one), [{ room: 'hall', connections: 1, users: 1 }])
})

for (const fate of ['away', 'lost', 'answer lost', 'late'] as const) {
  t.test(`an exit that was not confirmed (${fate}) is done with the next beat, with what is left of its grace`, async (t) => {
    const [one, two] = await pair(t)
    await one.enter('hall', 'ada-1', 'bob-1', 'eve-1 sub')
    one.runner.fate = fate
    t.same(await one.presence.leave('hall', occupantOf('ada-1'), 0), { departed: false, connections: 2, users: 2 })
    await one.presence.leave('hall', occupantOf('bob-1'), 60_000)
    await one.presence.leave('hall', occupantOf('eve-1 sub'), 0)
    await one.presence.healDirty()
    one.runner.fate = 'answered'
    await one.presence.healDirty()
    await one.runner.sendHeld()
    await one.presence.healDirty()
    t.strictSame(await two.heard(), ['joined hall ada 1', 'joined hall bob 2', 'left hall ada 1'])
    t.same(await roomsOf(two), [{ room: 'hall', connections: 0, users: 1 }])
    const grace = await graceOf(one, 'hall', 'bob') ?? 0
    t.ok(grace > 50_000 && grace <= 60_050)
    const calls = one.runner.calls.length
    await one.presence.healDirty()
    t.equal(one.runner.calls.length, calls, 'nothing is left to do')
  })

  t.test(`an entry that was not confirmed (${fate}) is taken back with the next beat`, async (t) => {
    const [one, two] = await pair(t)
    await one.enter('hall', 'bob-1')
    one.runner.fate = fate
    await t.rejects(one.presence.enter('hall', occupantOf('ada-1'), 0), { code: 'UNAVAILABLE' })
    await t.rejects(one.presence.enter('hall', occupantOf('bob-1'), 0), { code: 'UNAVAILABLE' })
    one.runner.fate = 'answered'
    await one.presence.healDirty()
    await one.runner.sendHeld()
    await one.presence.healDirty()
    t.same(await roomsOf(two), [{ room: 'hall', connections: 1, users: 1 }], 'the one who was in before still is')
    await one.presence.leave('hall', occupantOf('bob-1'), 0)
    t.strictSame(await one.leftovers(), [])
  })
}

t.test('who came back after an exit that was not confirmed stays', async (t) => {
  const [one] = await pair(t)
  await one.enter('hall', 'ada-1')
  one.runner.fate = 'lost'
  await one.presence.leave('hall', occupantOf('ada-1'), 0)
  one.runner.fate = 'answered'
  await one.enter('hall', 'ada-1')
  await one.presence.healDirty()
  await one.presence.heal({ quiet: false })
  t.same(await roomsOf(one), [{ room: 'hall', connections: 1, users: 1 }])
  await one.presence.leave('hall', occupantOf('ada-1'), 0)
  const calls = one.runner.calls.length
  await one.presence.healDirty()
  t.equal(one.runner.calls.length, calls, 'the earlier exit is forgotten')
})

t.test('a node that was declared dead within the grace is back, and nobody is told', async (t) => {
  const [one, two] = await pair(t)
  await one.enter('hall', 'ada-1', 'bob-1')
  const former = one.leaseId
  await two.presence.sweepNode(former, 60_000)
  // Before it knows, it lets somebody in under the lease that nobody looks after any more.
  await one.enter('hall', 'carl-1')
  one.leaseId = `${former} again`
  await one.presence.leave('hall', occupantOf('bob-1'), 0)
  t.ok(await one.presence.heal({ quiet: false }))
  t.strictSame(await two.heard(), ['joined hall ada 1', 'joined hall bob 2', 'joined hall carl 3'])
  t.same(await roomsOf(two), [{ room: 'hall', connections: 2, users: 3 }], 'Bob in the grace')
  t.strictSame(await two.presence.holders(), [one.leaseId])
  await one.presence.sweepNode(one.leaseId, 0)
  t.strictSame(await two.presence.holders(), [])
})

t.test('a node that was declared dead longer ago arrives again', async (t) => {
  const [one, two] = await pair(t)
  await one.enter('hall', 'ada-1')
  await two.presence.sweepNode(one.leaseId, 0)
  one.leaseId = `${one.leaseId} again`
  await one.presence.heal({ quiet: false })
  t.strictSame(await two.heard(), ['joined hall ada 1', 'left hall ada 0', 'joined hall ada 1'])
})

t.test('what an older state of Redis has too many is taken out, what it lacks is put back', async (t) => {
  const [one, two] = await pair(t)
  await one.enter('hall', 'ada-1', 'ada-1 sub')
  await one.enter('cellar', 'ada-1')
  const state = await Promise.all((await one.leftovers()).map(async (name) => ({ name, dump: await one.runner.client.dumpBuffer(name) })))
  await one.presence.leave('hall', occupantOf('ada-1'), 0)
  await one.presence.leave('cellar', occupantOf('ada-1'), 0)
  await one.enter('hall', 'bob-1', 'carl-1 sub')
  await server.command('FLUSHALL')
  for (const { name, dump } of state) await one.runner.client.restore(name, 0, dump, 'REPLACE')
  two.told.length = 0
  await one.presence.heal({ quiet: true })
  t.same(await roomsOf(two), [{ room: 'hall', connections: 3, users: 1 }])
  t.strictSame(await two.heard(), ['left hall ada 1'])
  for (const id of ['bob-1', 'ada-1 sub', 'carl-1 sub']) await one.presence.leave('hall', occupantOf(id), 0)
  t.strictSame(await one.leftovers(), [])
})

t.test('a heal that breaks off is taken up again, as quietly as it began', async (t) => {
  const [one, two] = await pair(t)
  await one.enter('hall', 'ada-1')
  await one.enter('cellar', 'ada-1')
  two.told.length = 0
  await server.command('FLUSHALL')
  one.runner.fate = 'away'
  t.notOk(await one.presence.heal({ quiet: true }))
  await one.presence.healDirty()
  t.match(one.logs.lines, [{ level: 'warn', text: 'presence not healed yet' }])
  one.runner.fate = 'answered'
  await one.presence.healDirty()
  t.equal((await one.presence.rooms()).length, 2)
  t.strictSame(await two.heard(), [])
  await one.enter('hall', 'bob-1')
  t.strictSame(await two.heard(), ['joined hall bob 2'])
})

t.test('a node that is declared dead before a quiet heal came to its end is not quiet any more', async (t) => {
  const [one, two] = await pair(t)
  await one.enter('hall', 'ada-1')
  one.runner.fate = 'away'
  await one.presence.heal({ quiet: true })
  await two.presence.sweepNode(one.leaseId, 0)
  one.leaseId += ' again'
  await one.presence.heal({ quiet: false })
  await one.presence.heal({ quiet: true })
  one.runner.fate = 'answered'
  await one.presence.healDirty()
  t.strictSame(await two.heard(), ['joined hall ada 1', 'left hall ada 0', 'joined hall ada 1'])
})

t.test('a room that cannot be healed does not keep the others waiting', async (t) => {
  const [one, two] = await pair(t)
  const names = Array.from({ length: 100 }, (_, index) => `room ${index}`)
  for (const room of ['hall', ...names]) await one.enter(room, 'ada-1')
  two.told.length = 0
  await server.command('FLUSHALL')
  await server.command('SET', `${one.keys.base(0)}pn:hall`, 'not what it should be')
  one.runner.fate = 'lost'
  await one.presence.leave('room 7', occupantOf('ada-1'), 0)
  one.runner.fate = 'answered'
  t.notOk(await one.presence.heal({ quiet: true }))
  t.equal(await one.presence.roomCount(), 101)
  await server.command('DEL', `${one.keys.base(0)}pn:hall`)
  await one.presence.healDirty()
  t.same(await one.presence.connectionsOf(names[99] ?? '', 'ada'), 1)
})

t.test('connections come and go while the node heals', async (t) => {
  const [one, two] = await pair(t)
  const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `u${from + index}-1`)
  await Promise.all(ids(0, 1_000).map((id) => one.enter('hall', id)))
  await server.command('FLUSHALL')
  const healing = one.presence.heal({ quiet: true })
  const changes: Array<Promise<unknown>> = []
  for (const [index, id] of ids(0, 500).entries()) {
    changes.push(one.presence.leave('hall', occupantOf(id), 0))
    if (index < 400) changes.push(one.enter('hall', `u${1_000 + index}-1`))
    if (index % 7 === 0) await endOfTurn()
  }
  await Promise.all([...changes, healing])
  await one.presence.heal({ quiet: true })
  await one.presence.healDirty()
  t.match(await two.presence.size('hall'), { connections: 900 })
  const { users } = await two.presence.members('hall', 2_000)
  const present = new Set(users.map(({ id }) => `${id}-1`))
  t.ok(ids(500, 1_400).every((id) => present.has(id)))
  await one.presence.sweepNode(one.leaseId, 0)
  t.equal((await two.presence.size('hall')).connections, 0)
})

t.test('who leaves while the node heals is not put back for a moment', async (t) => {
  const [one, two] = await pair(t)
  await Promise.all(Array.from({ length: 300 }, (_, index) => one.enter('hall', `u${index}-1`)))
  await two.heard()
  two.told.length = 0
  const calls = one.runner.calls.length
  const healing = one.presence.heal({ quiet: false })
  await until(() => one.runner.calls.slice(calls).includes('wshubPresenceChange'), 0)
  await one.presence.leave('hall', occupantOf('u299-1'), 0)
  await healing
  t.strictSame(await two.heard(), ['left hall u299 299'])
})

t.test('a node that is closed while it heals takes nobody out', async (t) => {
  const [one, two] = await pair(t)
  await Promise.all(Array.from({ length: 300 }, (_, index) => one.enter('hall', `u${index}-1`)))
  const healing = one.presence.heal({ quiet: false })
  await endOfTurn()
  one.presence.close()
  t.notOk(await healing)
  t.same(await two.presence.size('hall'), { connections: 300, users: 300 })
})

t.test('many beats at once are one repair, and a closed node repairs nothing', async (t) => {
  const [one] = await pair(t)
  await one.enter('hall', 'ada-1')
  const heals = [one.presence.heal({ quiet: true }), one.presence.heal({ quiet: false })]
  await Promise.all([one.presence.healDirty(), one.presence.healDirty()])
  t.strictSame(await Promise.all(heals), [true, true])
  one.presence.close()
  await server.command('FLUSHALL')
  t.notOk(await one.presence.heal({ quiet: true }))
  t.strictSame(await one.leftovers(), [])
})
