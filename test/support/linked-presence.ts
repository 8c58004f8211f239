import type { MemoryPresence } from '../../src/relay/memory-presence.ts'
import {
  HUB_ROOM, type Entry, type Exit, type Occupant, type OnPresenceChange, type PresenceStore, type RoomSize, type RoomSummary, type Roster
} from '../../src/relay/presence-store.ts'
import type { LinkedRelay } from './linked-relays.ts'

/** The common presence as one node reaches it: later, or not at all. */
export class LinkedPresence implements PresenceStore {
  readonly #node: LinkedRelay
  readonly #store: MemoryPresence

  constructor (node: LinkedRelay, store: MemoryPresence) {
    this.#node = node
    this.#store = store
  }

  async enter (room: string, occupant: Occupant, capacity: number): Promise<Entry> {
    await this.#node.reach()
    if (room === HUB_ROOM) this.#node.here.add(occupant.connectionId)
    return this.#store.enter(room, occupant, capacity)
  }

  async leave (room: string, occupant: Occupant, graceMs: number): Promise<Exit> {
    await this.#node.reach()
    if (room === HUB_ROOM) this.#node.here.delete(occupant.connectionId)
    return this.#store.leave(room, occupant, graceMs)
  }

  async members (room: string, limit: number, offset?: number): Promise<Roster> {
    await this.#node.reach()
    return this.#store.members(room, limit, offset)
  }

  async size (room: string): Promise<RoomSize> {
    await this.#node.reach()
    return this.#store.size(room)
  }

  async connectionsOf (room: string, userId: string): Promise<number> {
    await this.#node.reach()
    return this.#store.connectionsOf(room, userId)
  }

  async lastSeen (userId: string): Promise<number | undefined> {
    await this.#node.reach()
    return this.#store.lastSeen(userId)
  }

  async rooms (): Promise<readonly RoomSummary[]> {
    await this.#node.reach()
    return this.#store.rooms()
  }

  async roomCount (): Promise<number> {
    await this.#node.reach()
    return this.#store.roomCount()
  }

  onChange (listener: OnPresenceChange): void {
    this.#node.onChange = listener
  }
}
