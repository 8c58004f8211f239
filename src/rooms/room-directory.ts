import type { Hub } from '../hub/hub.ts'
import { roomTopic, type RoomName } from '../hub/topics.ts'
import type { Logger } from '../logger.ts'
import type { Relay } from '../relay/relay.ts'
import type { RoomSummary } from '../relay/presence-store.ts'
import type { UserRef } from '../relay/relay-message.ts'
import type { RoomState } from './room-info.ts'
import { checkRoomName } from './room-name.ts'

/** What a directory looks things up in. */
export interface RoomDirectoryParts {
  readonly hub: Hub
  readonly relay: Relay
  readonly logger: Logger
}

/** The rooms there are, as far as that is known. */
export interface RoomList {
  readonly rooms: readonly RoomSummary[]
  /** Nodes whose members are not in it. */
  readonly missing: readonly string[]
}

interface RoomHere {
  readonly users: Map<string, UserRef>
  connections: number
}

/** Which rooms there are and who is in them, over all nodes; while the store of presence is away, on this node. */
export class RoomDirectory {
  readonly #parts: RoomDirectoryParts

  constructor (parts: RoomDirectoryParts) {
    this.#parts = parts
  }

  /** Rooms with anybody in them. Never rejects. */
  async list (): Promise<RoomList> {
    try {
      return { rooms: await this.#parts.relay.presence.rooms(), missing: [] }
    } catch (err) {
      const rooms = [...this.#here()].map(([room, { users, connections }]) => ({ room, users: users.size, connections }))
      return { rooms, missing: await this.#missing(err) }
    }
  }

  /** A room's state with so many of its users; undefined when it is known that nobody is there. Rejects with `INVALID_ROOM`. */
  async find (name: RoomName, limit: number, offset: number): Promise<RoomState | undefined> {
    const room = checkRoomName(name)
    try {
      return await this.#find(room, limit, offset)
    } catch (err) {
      const { users, connections } = this.#here().get(room) ?? { users: new Map(), connections: 0 }
      const page = [...users.values()].slice(offset, offset + limit)
      return { room, users: page, count: users.size, connections, missing: await this.#missing(err) }
    }
  }

  async #find (room: RoomName, limit: number, offset: number): Promise<RoomState | undefined> {
    const { presence } = this.#parts.relay
    const [{ users, count }, { connections }, { epoch, seq }] = await Promise.all([
      presence.members(room, limit, offset), presence.size(room), this.#parts.relay.position(roomTopic(room))
    ])
    return count === 0 && connections === 0 ? undefined : { room, users, count, connections, epoch, seq, missing: [] }
  }

  /** The rooms of this node's connections. */
  #here (): Map<RoomName, RoomHere> {
    const rooms = new Map<RoomName, RoomHere>()
    for (const { user, rooms: own } of this.#parts.hub.connections()) {
      for (const [name, { member }] of own) {
        const room = rooms.get(name) ?? { users: new Map(), connections: 0 }
        rooms.set(name, room)
        room.connections += 1
        if (member) room.users.set(user.id, user)
      }
    }
    return rooms
  }

  async #missing (err: unknown): Promise<readonly string[]> {
    this.#parts.logger.debug({ err }, 'looked for rooms on this node alone')
    return await this.#parts.hub.cluster.silent()
  }
}
