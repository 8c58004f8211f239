import type { Test } from 'tap'
import type { Attendance, Occupant, PresenceStore } from '../../src/relay/presence-store.ts'
import { until, type Teardown } from '../helper.ts'
import type { BuildRelay } from './relay-node.ts'

const NO_LIMIT = 0
const GRACE_MS = 60
/** Long enough to do something within it. */
const LONG_GRACE_MS = 1_000

/** A connection `ada-1` is one of the user Ada. */
function occupant (connectionId: string, as: Attendance = 'member'): Occupant {
  const [id = ''] = connectionId.split('-')
  return { connectionId, user: { id, name: id.toUpperCase() }, as }
}

/** A store, and who it says has departed from the hall. */
async function storeOf (t: Teardown, build: BuildRelay) {
  const { relay } = await build(t)
  const { presence } = relay
  const departed: string[] = []
  presence.onChange(({ kind, room, user, users }) => { if (kind === 'left') departed.push(`${room} ${user.id} ${users}`) })
  relay.subscribe('members:hall')
  await relay.subscribed(['members:hall'])
  return { presence, departed }
}

/** Lets connections into a room, one after the other. */
async function fill (presence: PresenceStore, room: string, connectionIds: readonly string[]): Promise<void> {
  for (const id of connectionIds) await presence.enter(room, occupant(id), NO_LIMIT)
}

/** What every store of presence must do, whatever keeps it. */
export function presenceContract (t: Test, build: BuildRelay): void {
  t.test('a user arrives with the first connection and departs with the last', async (t) => {
    const { presence } = await storeOf(t, build)
    t.same(await presence.enter('hall', occupant('ada-1'), NO_LIMIT), { admitted: true, arrived: true, connections: 1, users: 1 })
    t.same(await presence.enter('hall', occupant('ada-2'), NO_LIMIT), { admitted: true, arrived: false, connections: 2, users: 1 })
    t.same(await presence.leave('hall', occupant('ada-1'), 0), { departed: false, connections: 1, users: 1 })
    t.same(await presence.leave('hall', occupant('ada-2'), 0), { departed: true, connections: 0, users: 0 })
  })

  t.test('entering twice and leaving twice change nothing', async (t) => {
    const { presence } = await storeOf(t, build)
    await fill(presence, 'hall', ['ada-1', 'bob-1'])
    t.same(await presence.enter('hall', occupant('ada-1'), NO_LIMIT), { admitted: true, arrived: false, connections: 2, users: 2 })
    await presence.leave('hall', occupant('ada-1'), 0)
    t.same(await presence.leave('hall', occupant('ada-1'), 0), { departed: false, connections: 1, users: 1 })
  })

  t.test('leaving a room that is not there does nothing', async (t) => {
    const { presence } = await storeOf(t, build)
    t.same(await presence.leave('nowhere', occupant('ada-1'), 0), { departed: false, connections: 0, users: 0 })
    t.same(await presence.rooms(), [])
  })

  t.test('a subscriber is a connection in the room, but nobody who is present', async (t) => {
    const { presence } = await storeOf(t, build)
    t.same(await presence.enter('hall', occupant('ada-1', 'subscriber'), NO_LIMIT), { admitted: true, arrived: false, connections: 1, users: 0 })
    t.same(await presence.members('hall', 10), { users: [], count: 0 })
    t.same(await presence.leave('hall', occupant('ada-1', 'subscriber'), 0), { departed: false, connections: 0, users: 0 })
  })

  t.test('a connection that is in both ways counts once and leaves one way at a time', async (t) => {
    const { presence } = await storeOf(t, build)
    await presence.enter('hall', occupant('ada-1', 'subscriber'), NO_LIMIT)
    t.same(await presence.enter('hall', occupant('ada-1'), NO_LIMIT), { admitted: true, arrived: true, connections: 1, users: 1 })
    t.same(await presence.leave('hall', occupant('ada-1'), 0), { departed: true, connections: 1, users: 0 })
    t.same(await presence.leave('hall', occupant('ada-1', 'subscriber'), 0), { departed: false, connections: 0, users: 0 })
  })

  t.test('a full room refuses new connections of either kind, and admits again those that are in', async (t) => {
    const { presence } = await storeOf(t, build)
    await presence.enter('hall', occupant('ada-1'), 2)
    await presence.enter('hall', occupant('bob-1', 'subscriber'), 2)
    t.same(await presence.enter('hall', occupant('carl-1'), 2), { admitted: false })
    t.same(await presence.enter('hall', occupant('carl-1', 'subscriber'), 2), { admitted: false })
    t.match(await presence.enter('hall', occupant('bob-1'), 2), { admitted: true, arrived: true, connections: 2 })
    await presence.leave('hall', occupant('ada-1'), 0)
    t.match(await presence.enter('hall', occupant('carl-1'), 2), { admitted: true })
  })

  t.test('members are listed in order of arrival, as many as asked for, and counted all', async (t) => {
    const { presence } = await storeOf(t, build)
    await fill(presence, 'hall', ['carl-1', 'ada-1', 'bob-1', 'ada-2'])
    const users = [{ id: 'carl', name: 'CARL' }, { id: 'ada', name: 'ADA' }]
    t.same(await presence.members('hall', 2), { users, count: 3 })
    t.same(await presence.members('nowhere', 2), { users: [], count: 0 })
  })

  t.test('rooms with anybody in them are listed, empty ones vanish', async (t) => {
    const { presence } = await storeOf(t, build)
    await fill(presence, 'hall', ['ada-1', 'ada-2'])
    await presence.enter('cellar', occupant('ada-1', 'subscriber'), NO_LIMIT)
    const rooms = [...await presence.rooms()].sort((a, b) => a.room.localeCompare(b.room))
    t.same(rooms, [{ room: 'cellar', users: 0, connections: 1 }, { room: 'hall', users: 1, connections: 2 }])
    await presence.leave('cellar', occupant('ada-1', 'subscriber'), 0)
    t.same((await presence.rooms()).map(({ room }) => room), ['hall'])
  })

  t.test('after a break a user stays present for the grace, and the departure is told once', async (t) => {
    const { presence, departed } = await storeOf(t, build)
    await fill(presence, 'hall', ['ada-1', 'bob-1'])
    t.same(await presence.leave('hall', occupant('ada-1'), GRACE_MS), { departed: false, connections: 1, users: 2 })
    await until(() => departed.length > 0)
    t.same([departed, (await presence.members('hall', 10)).count], [['hall ada 1'], 1])
  })

  t.test('a user who is back within the grace neither departs nor arrives', async (t) => {
    const { presence, departed } = await storeOf(t, build)
    await fill(presence, 'hall', ['ada-1', 'bob-1'])
    await presence.leave('hall', occupant('ada-1'), LONG_GRACE_MS)
    t.match(await presence.enter('hall', occupant('ada-2'), NO_LIMIT), { arrived: false, users: 2 })
    await presence.leave('hall', occupant('bob-1'), LONG_GRACE_MS)
    await until(() => departed.length > 0)
    t.same(departed, ['hall bob 1'], 'a grace that began later has passed')
  })

  t.test('the grace of a broken connection outlasts the orderly end of another one', async (t) => {
    const { presence, departed } = await storeOf(t, build)
    await fill(presence, 'hall', ['ada-1', 'ada-2'])
    await presence.leave('hall', occupant('ada-1'), LONG_GRACE_MS)
    t.same(await presence.leave('hall', occupant('ada-2'), 0), { departed: false, connections: 0, users: 1 })
    await until(() => departed.length > 0)
    t.same(departed, ['hall ada 0'])
  })

  t.test('who is back has no grace left over', async (t) => {
    const { presence } = await storeOf(t, build)
    await fill(presence, 'hall', ['ada-1'])
    await presence.leave('hall', occupant('ada-1'), 60_000)
    await fill(presence, 'hall', ['ada-2'])
    t.match(await presence.leave('hall', occupant('ada-2'), 0), { departed: true })
  })

  t.test('a room whose last user is in the grace is there until the end of it', async (t) => {
    const { presence, departed } = await storeOf(t, build)
    await fill(presence, 'hall', ['ada-1'])
    await presence.leave('hall', occupant('ada-1'), LONG_GRACE_MS)
    t.same(await presence.rooms(), [{ room: 'hall', users: 1, connections: 0 }])
    await until(() => departed.length > 0)
    t.same(await presence.rooms(), [])
  })
}
