import type { Test } from 'tap'
import type { ChangeBatch, ChangeLog } from '../../src/relay/change-log.ts'
import { GRACE_ROOM, HUB_ROOM, type Occupant, type PresenceStore } from '../../src/relay/presence-store.ts'
import { until, type Teardown } from '../helper.ts'
import type { BuildRelay } from './relay-node.ts'

const NO_LIMIT = 0
const GRACE_MS = 60
const LONG_GRACE_MS = 60_000
const MINUTE_MS = 60_000
const MANY = 1_000

/** A node as the log sees it. */
interface LogNode {
  readonly presence: PresenceStore
  readonly changes: ChangeLog
}

/** A connection `ada-1` is one of the user Ada. */
function occupant (connectionId: string): Occupant {
  const [id = ''] = connectionId.split('-')
  return { connectionId, user: { id, name: id.toUpperCase() }, as: 'member' }
}

/** One node or two; the last one is another than the first where the relay can have several. */
async function nodesOf (t: Teardown, build: BuildRelay, options?: Partial<Parameters<ChangeLog['begin']>[0]>): Promise<[LogNode, LogNode]> {
  const { relay, second = relay } = await build(t)
  const nodes = [relay, second].map(({ presence, changes }) => {
    if (changes === undefined) throw new Error('expected a relay with a log')
    changes.begin({ maxWaiting: MANY, connections: true, ...options })
    return { presence, changes }
  })
  const [first, last = first] = nodes
  if (first === undefined || last === undefined) throw new Error('expected a node')
  return [first, last]
}

/** A batch, when there is one. */
async function taken (changes: ChangeLog, limit = MANY, claimMs = MINUTE_MS): Promise<ChangeBatch> {
  let batch: ChangeBatch | undefined
  await until(async () => {
    batch = await changes.take(limit, claimMs)
    return batch !== undefined
  })
  if (batch === undefined) throw new Error('unreachable')
  return batch
}

/** Looks into all lists of a log. */
async function isQuiet (changes: ChangeLog): Promise<boolean> {
  for (let look = 0; look < 8; look += 1) {
    if (await changes.take(MANY, MINUTE_MS) !== undefined) return false
  }
  return true
}

/** `joined hall ada 1` */
function told ({ changes }: ChangeBatch): string[] {
  return changes.map(({ kind, room, user, users }) => `${kind} ${room} ${user.id} ${users}`)
}

/** Takes all there is, one batch after the other, until so much was told. */
async function everything ({ changes }: LogNode, count: number, limit = MANY): Promise<string[]> {
  const lines: string[] = []
  while (lines.length < count) {
    const batch = await taken(changes, limit)
    lines.push(...told(batch))
    await changes.finish(batch)
  }
  return lines
}

/** Lets connections into a room, one after the other. */
async function fill ({ presence }: LogNode, room: string, connectionIds: readonly string[]): Promise<void> {
  for (const id of connectionIds) await presence.enter(room, occupant(id), NO_LIMIT)
}

/** What every log of changes must do, whatever keeps it. */
export function changeLogContract (t: Test, build: BuildRelay): void {
  t.test('nothing is kept unless a node begins to', async (t) => {
    const { relay } = await build(t)
    const { presence, changes } = relay
    if (changes === undefined) throw new Error('expected a relay with a log')
    await presence.enter('hall', occupant('ada-1'), NO_LIMIT)
    t.equal(changes.withConnections, false)
    changes.begin({ maxWaiting: MANY, connections: false })
    t.ok(await isQuiet(changes))
    t.equal(changes.withConnections, false)
  })

  t.test('a user is told to come with the first connection and to go with the last, on whatever node', async (t) => {
    const [one, two] = await nodesOf(t, build)
    const before = Date.now()
    await fill(one, 'hall', ['ada-1', 'bob-1'])
    await fill(two, 'hall', ['ada-2'])
    await one.presence.leave('hall', occupant('ada-1'), 0)
    await two.presence.leave('hall', occupant('ada-2'), 0)
    await one.presence.leave('hall', occupant('bob-1'), 0)
    const batch = await taken(two.changes)
    t.strictSame(told(batch), ['joined hall ada 1', 'joined hall bob 2', 'left hall ada 1', 'left hall bob 0'])
    t.strictSame(batch.changes[0]?.user, { id: 'ada', name: 'ADA' })
    const times = batch.changes.map(({ atMs }) => atMs)
    t.ok(times.every((atMs, index) => atMs >= (times[index - 1] ?? before - 1) && atMs <= Date.now() + 1), 'in order, and now')
  })

  t.test('names may be anything', async (t) => {
    const [node] = await nodesOf(t, build)
    const user = { id: 'a\nb "c" \\ {x}:ü 1', name: '\u2028 ☃\n' }
    const room = 'left 1 ☃ "x"'
    await node.presence.enter(room, { connectionId: 'c', user, as: 'member' }, NO_LIMIT)
    t.match((await taken(node.changes)).changes, [{ kind: 'joined', room, user, users: 1 }])
  })

  t.test('of all connections those in the room with the grace are logged; neither room shows', async (t) => {
    const [node] = await nodesOf(t, build)
    const heard: string[] = []
    node.presence.onChange(({ room }) => heard.push(room))
    for (const room of [HUB_ROOM, GRACE_ROOM]) await fill(node, room, ['ada-1'])
    t.strictSame(told(await taken(node.changes)), [`joined ${GRACE_ROOM} ada 1`])
    t.strictSame([await node.presence.rooms(), await node.presence.roomCount(), heard], [[], 0, []])
  })

  t.test('subscribers, and who enters or leaves twice, are nobody to tell of', async (t) => {
    const [one, two] = await nodesOf(t, build)
    await one.presence.enter('hall', { ...occupant('carl-1'), as: 'subscriber' }, NO_LIMIT)
    await fill(one, 'hall', ['ada-1', 'ada-1'])
    await one.presence.leave('hall', { ...occupant('carl-1'), as: 'subscriber' }, 0)
    for (const graceMs of [0, 0]) await one.presence.leave('hall', occupant('ada-1'), graceMs)
    t.strictSame(await everything(two, 2), ['joined hall ada 1', 'left hall ada 0'])
    t.ok(await isQuiet(one.changes))
  })

  t.test('who is back within the grace was never away; who is not is told to have left, once', async (t) => {
    const [one, two] = await nodesOf(t, build)
    await fill(one, 'hall', ['ada-1', 'bob-1'])
    await one.presence.leave('hall', occupant('ada-1'), LONG_GRACE_MS)
    await fill(two, 'hall', ['ada-2'])
    await one.presence.leave('hall', occupant('bob-1'), GRACE_MS)
    t.strictSame(await everything(two, 3), ['joined hall ada 1', 'joined hall bob 2', 'left hall bob 1'])
    t.ok(await isQuiet(one.changes))
  })

  t.test('what is taken is nobody else\'s until it is given back, and then the same batch', async (t) => {
    const [one, two] = await nodesOf(t, build)
    await fill(one, 'hall', ['ada-1', 'bob-1', 'carl-1'])
    const first = await taken(one.changes, 2)
    t.strictSame(told(first), ['joined hall ada 1', 'joined hall bob 2'])
    t.ok(await isQuiet(two.changes), 'what comes after it waits')
    t.ok(await isQuiet(one.changes), 'also for who has it')
    t.equal(await one.changes.hold(first, 0), true)
    const again = await taken(two.changes)
    t.strictSame([again.id, again.changes], [first.id, first.changes], 'whatever the limit is now')
    t.equal(await one.changes.hold(first, MINUTE_MS), false, 'somebody else has it')
    await two.changes.finish(again)
    const next = await taken(one.changes)
    t.strictSame(told(next), ['joined hall carl 3'])
    t.not(next.id, first.id)
  })

  t.test('what is not finished in time is had again, by one', async (t) => {
    const [one, two] = await nodesOf(t, build)
    await fill(one, 'hall', ['ada-1'])
    const first = await taken(one.changes, MANY, 30)
    const again = await taken(two.changes)
    t.strictSame([again.id, again.changes], [first.id, first.changes])
    t.ok(await isQuiet(one.changes))
    await one.changes.finish(first)
    t.equal(await two.changes.hold(again, MINUTE_MS), false, 'done, whoever says so')
    t.ok(await isQuiet(two.changes))
  })

  t.test('a batch that is held on to stays', async (t) => {
    const [one, two] = await nodesOf(t, build)
    await fill(one, 'hall', ['ada-1'])
    const batch = await taken(one.changes, MANY, 30)
    t.equal(await one.changes.hold(batch, MINUTE_MS), true)
    const later = performance.now() + 60
    await until(() => performance.now() > later)
    t.ok(await isQuiet(two.changes))
  })

  t.test('what is finished stays so, and takes nothing with it', async (t) => {
    const [one, two] = await nodesOf(t, build)
    await fill(one, 'hall', ['ada-1', 'bob-1'])
    const first = await taken(one.changes, 1)
    for (const node of [one, two, one]) await node.changes.finish(first)
    const second = await taken(two.changes, 1)
    await one.changes.finish(first)
    t.equal(await two.changes.hold(second, MINUTE_MS), true)
    t.strictSame(told(second), ['joined hall bob 2'])
  })

  t.test('above its bound the oldest are dropped, and counted once', async (t) => {
    const [one, two] = await nodesOf(t, build, { maxWaiting: 10 })
    const names = Array.from({ length: 25 }, (_, index) => `u${index}`)
    await fill(one, 'hall', names.slice(0, 15).map((name) => `${name}-1`))
    const batch = await taken(two.changes, 4)
    t.strictSame(told(batch), names.slice(5, 9).map((name, index) => `joined hall ${name} ${index + 6}`))
    await fill(two, 'hall', names.slice(15).map((name) => `${name}-1`))
    await two.changes.finish(batch)
    const rest = await everything(one, 10)
    t.strictSame(rest.map((line) => line.split(' ')[2]), names.slice(15), 'what is taken waits no more')
    t.ok(await isQuiet(two.changes))
    const dropped = [...new Set([one.changes, two.changes])].reduce((sum, { dropped }) => sum + dropped, 0)
    t.equal(dropped, 11)
  })

  t.test('many who take at once get each change once', async (t) => {
    const [one, two] = await nodesOf(t, build)
    const names = Array.from({ length: 200 }, (_, index) => `u${index}`)
    const entries = names.map((name, index) => (index % 2 === 0 ? one : two).presence.enter(`room ${index % 7}`, occupant(`${name}-1`), NO_LIMIT))
    const seen: string[] = []
    const reader = async ({ changes }: LogNode) => {
      while (seen.length < names.length) {
        const batch = await changes.take(9, MINUTE_MS)
        if (batch !== undefined) {
          seen.push(...told(batch))
          await changes.finish(batch)
        } else await new Promise(setImmediate)
      }
    }
    await Promise.all([...entries, reader(one), reader(two), reader(two)])
    t.strictSame(seen.map((line) => line.split(' ')[3]).sort(), [...names].sort())
  })
}
