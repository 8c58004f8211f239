import type { Connection } from '../hub/connection.ts'
import type { RoomName } from '../hub/topics.ts'
import type { PresenceChange } from '../relay/presence-store.ts'
import type { UserRef } from '../relay/relay-message.ts'
import type { RoomMembers } from './room-info.ts'

/** Asks the store of presence who is in a room. */
export type AskMembers = (room: RoomName) => Promise<RoomMembers>

/** A connection, as far as it matters to what it is shown. */
export type Reader = Pick<Connection, 'dialect' | 'rooms'>

type Users = Map<string, UserRef>

interface Roster {
  /** Connections of this node that are shown it. */
  readonly readers: Set<Reader>
  /** Undefined until the store has answered. */
  users: Users | undefined
  /** False where the store names the first users only. */
  isWhole: boolean
  /** Of each question to the store that is under way, what was told since it was asked. */
  readonly told: Set<PresenceChange[]>
}

/**
 * Who is in the rooms where somebody here speaks a dialect that lists the members with every join. Kept by the changes that members are
 * told of anyway: to ask the store each time would let notices overtake each other.
 */
export class Rosters {
  readonly #rooms = new Map<RoomName, Roster>()
  readonly #ask: AskMembers

  constructor (ask: AskMembers) {
    this.#ask = ask
  }

  /** What a connection that has come into the room is told of who is there, and from where on its list is kept. Rejects when the store does not answer. */
  async read (reader: Reader, room: RoomName): Promise<RoomMembers> {
    const isShown = reader.dialect.habits.listsMembers === true
    // One that has left in the meantime would never be taken off the list.
    if (!isShown || reader.rooms.get(room)?.member !== true) return await this.#ask(room)
    const roster = this.#rooms.get(room) ?? { readers: new Set(), users: undefined, isWhole: true, told: new Set() }
    this.#rooms.set(room, roster)
    roster.readers.add(reader)
    return await this.#refresh(room, roster)
  }

  /** The connection has left the room. */
  end (reader: Reader, room: RoomName): void {
    const roster = this.#rooms.get(room)
    if (roster?.readers.delete(reader) === true && roster.readers.size === 0) this.#rooms.delete(room)
  }

  /** Who is in the room after a change; undefined where nobody here is shown that, or the store has yet to answer. */
  note (change: PresenceChange): readonly UserRef[] | undefined {
    const roster = this.#rooms.get(change.room)
    if (roster === undefined) return undefined
    for (const changes of roster.told) changes.push(change)
    if (roster.users === undefined) return undefined
    apply(roster.users, change)
    this.#mend(roster, change)
    return [...roster.users.values()]
  }

  /** Where changes were lost on their way to this node, the number of users tells: the next notice is right again. */
  #mend (roster: Roster, { room, users }: PresenceChange): void {
    const isOff = roster.isWhole && roster.users?.size !== users
    if (isOff && roster.told.size === 0) this.#refresh(room, roster).catch(() => {})
  }

  async #refresh (room: RoomName, roster: Roster): Promise<RoomMembers> {
    const changes: PresenceChange[] = []
    roster.told.add(changes)
    try {
      const { users: listed, ...members } = await this.#ask(room)
      const users: Users = new Map(listed.map((user) => [user.id, user]))
      // The answer may be older than they are. Those that it knows already change nothing.
      for (const change of changes) apply(users, change)
      roster.users = users
      roster.isWhole = members.truncated !== true
      return { ...members, users: [...users.values()], count: members.count + users.size - listed.length }
    } finally {
      roster.told.delete(changes)
    }
  }
}

function apply (users: Users, { kind, user }: PresenceChange): void {
  if (kind === 'joined') users.set(user.id, user)
  else users.delete(user.id)
}
