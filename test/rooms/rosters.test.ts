import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { flatV1 } from '../../src/protocol/dialects/flat-v1.ts'
import { hubV1 } from '../../src/protocol/dialects/hub-v1.ts'
import type { PresenceChange } from '../../src/relay/presence-store.ts'
import type { RoomMembers } from '../../src/rooms/room-info.ts'
import { Rosters, type Reader } from '../../src/rooms/rosters.ts'

const ROOM = 'chat'

/** A store whose answers a test gives, one question after the other. */
class Store {
  readonly #questions: Array<{ answer: (members: RoomMembers) => void, fail: (error: Error) => void }> = []

  ask = async (): Promise<RoomMembers> => await new Promise((resolve, reject) => { this.#questions.push({ answer: resolve, fail: reject }) })

  get questions (): number {
    return this.#questions.length
  }

  /** Answers the oldest question that is open. */
  answer (ids: string, more: Partial<RoomMembers> = {}): void {
    this.#questions.shift()?.answer({ room_id: ROOM, users: [...ids].map(userOf), count: ids.length, ...more })
  }

  fail (): void {
    this.#questions.shift()?.fail(new Error('away'))
  }
}

function userOf (id: string): { id: string, name: string } {
  return { id, name: id.toUpperCase() }
}

function member (dialect: Reader['dialect'] = flatV1): Reader {
  return { dialect, rooms: new Map([[ROOM, { member: true, subscriber: false }]]) }
}

function change (kind: 'joined' | 'left', id: string, users: number): PresenceChange {
  return { kind, room: ROOM, user: userOf(id), users }
}

function idsOf (users: readonly { readonly id: string }[] | undefined): string | undefined {
  return users?.map(({ id }) => id).join('')
}

/** Rosters in which one connection has read a list. */
async function rostersWith (ids: string) {
  const store = new Store()
  const rosters = new Rosters(store.ask)
  const reader = member()
  const read = rosters.read(reader, ROOM)
  store.answer(ids)
  await read
  return { store, rosters, reader }
}

t.test('a list is kept by the changes that are told, and goes with its last reader', async (t) => {
  const { rosters, reader } = await rostersWith('ab')
  t.equal(idsOf(rosters.note(change('joined', 'c', 3))), 'abc')
  t.equal(idsOf(rosters.note(change('left', 'a', 2))), 'bc')
  t.equal(rosters.note({ ...change('joined', 'd', 1), room: 'elsewhere' }), undefined)
  rosters.end(reader, ROOM)
  t.equal(rosters.note(change('joined', 'd', 3)), undefined)
})

t.test('it stays while anybody reads it', async (t) => {
  const { store, rosters, reader } = await rostersWith('ab')
  const other = member()
  const read = rosters.read(other, ROOM)
  store.answer('ab')
  await read
  rosters.end(reader, ROOM)
  rosters.end(reader, ROOM)
  t.equal(idsOf(rosters.note(change('joined', 'c', 3))), 'abc')
})

t.test('nothing is kept for dialects that list nobody, nor for one that has left before it asked', async (t) => {
  for (const reader of [member(hubV1), { ...member(), rooms: new Map() }]) {
    const store = new Store()
    const rosters = new Rosters(store.ask)
    const read = rosters.read(reader, ROOM)
    t.equal(rosters.note(change('joined', 'b', 2)), undefined)
    store.answer('a')
    t.equal(idsOf((await read).users), 'a')
    t.equal(rosters.note(change('joined', 'c', 2)), undefined)
  }
})

t.test('what is told while the store answers counts, whichever of the two is newer', async (t) => {
  const store = new Store()
  const rosters = new Rosters(store.ask)
  const read = rosters.read(member(), ROOM)
  for (const told of [change('joined', 'c', 3), change('left', 'a', 2), change('joined', 'd', 3)]) t.equal(rosters.note(told), undefined)
  // Read before the first change, or between two of them.
  store.answer('ab')
  t.match(await read, { users: ['b', 'c', 'd'].map(userOf), count: 3 })
  t.equal(idsOf(rosters.note(change('left', 'b', 2))), 'cd')
})

t.test('a later reader begins with what the store says, and loses no change meanwhile', async (t) => {
  const { store, rosters } = await rostersWith('ab')
  const read = rosters.read(member(), ROOM)
  t.equal(idsOf(rosters.note(change('left', 'a', 1))), 'b')
  store.answer('ab')
  t.equal(idsOf((await read).users), 'b')
  t.equal(idsOf(rosters.note(change('joined', 'c', 2))), 'bc')
})

t.test('of a list that the store cut short the count stays right', async (t) => {
  const store = new Store()
  const rosters = new Rosters(store.ask)
  const read = rosters.read(member(), ROOM)
  rosters.note(change('joined', 'z', 1_001))
  store.answer('ab', { count: 1_000, truncated: true })
  t.match(await read, { users: ['a', 'b', 'z'].map(userOf), count: 1_001, truncated: true })
  t.equal(idsOf(rosters.note(change('joined', 'y', 1_002))), 'abzy')
  t.equal(store.questions, 0, 'which says nothing about lost changes')
})

t.test('where changes were lost on the way the number of users tells, and the list is read again, once', async (t) => {
  const { store, rosters } = await rostersWith('ab')
  t.equal(idsOf(rosters.note(change('joined', 'd', 2))), 'abd')
  t.equal(idsOf(rosters.note(change('joined', 'e', 3))), 'abde')
  t.equal(store.questions, 1)
  store.answer('bde')
  await setImmediate()
  t.equal(idsOf(rosters.note(change('joined', 'f', 4))), 'bdef')
  t.equal(store.questions, 0)
})

t.test('a store that does not answer leaves the list as it was, and who asked is told', async (t) => {
  const { store, rosters } = await rostersWith('ab')
  const read = rosters.read(member(), ROOM)
  store.fail()
  await t.rejects(read, /away/)
  rosters.note(change('joined', 'd', 2))
  store.fail()
  t.equal(idsOf(rosters.note(change('joined', 'c', 4))), 'abdc')
})
