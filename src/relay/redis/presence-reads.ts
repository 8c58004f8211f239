import type { RoomName } from '../../hub/topics.ts'
import { HUB_ROOM, type RoomSize, type RoomSummary, type Roster } from '../presence-store.ts'
import type { Keys } from './keys.ts'
import { connectionsScript, holdersScript, lastSeenScript, membersScript, roomCountScript, roomsScript, sizeScript } from './presence-read-scripts.ts'
import type { Script, ScriptArgument, ScriptRunner } from './script-runner.ts'
import { SharedReads } from './shared-reads.ts'

const FIRST_PAGE = '0'
/** A page of rooms is its cursor, then so many values for each room. */
const ROOM_VALUES = 3

/** What Redis knows of who is where; all reject with `UNAVAILABLE` when it does not answer. */
export class PresenceReads {
  readonly #runner: ScriptRunner
  readonly #keys: Keys
  readonly #rosters = new SharedReads<Roster>()

  constructor ({ runner, keys }: { readonly runner: ScriptRunner, readonly keys: Keys }) {
    this.#runner = runner
    this.#keys = keys
  }

  /** Users of a room in order of arrival. */
  members (room: RoomName, limit: number, offset: number): Promise<Roster> {
    return this.#rosters.get(room, `${limit} ${offset}`, async () => {
      const [count, users] = listOf(await this.#ofRoom(membersScript, room, [offset, limit]))
      return { users: JSON.parse(String(users)), count: Number(count) }
    })
  }

  /** A change of the room is about to be sent. */
  willChange (room: RoomName): void {
    this.#rosters.forget(room)
  }

  async size (room: RoomName): Promise<RoomSize> {
    const [connections, users] = listOf(await this.#ofRoom(sizeScript, room, []))
    return { connections: Number(connections), users: Number(users) }
  }

  async connectionsOf (room: RoomName, userId: string): Promise<number> {
    return Number(await this.#ofRoom(connectionsScript, room, [userId]))
  }

  async lastSeen (userId: string): Promise<number | undefined> {
    const seen = Number(await this.#run(lastSeenScript, this.#keys.roomTag(HUB_ROOM), [userId]))
    return seen === 0 ? undefined : seen
  }

  async rooms (): Promise<readonly RoomSummary[]> {
    const parts = await this.#ofAllTags((tag) => this.#roomsOf(tag))
    return parts.flat()
  }

  async roomCount (): Promise<number> {
    const counts = await this.#ofAllTags((tag) => this.#run(roomCountScript, tag, []))
    return counts.reduce<number>((sum, count) => sum + Number(count), 0)
  }

  /** Leases of nodes with any connection in any room. */
  async holders (): Promise<readonly string[]> {
    const parts = await this.#ofAllTags(async (tag) => listOf(await this.#run(holdersScript, tag, [])).map(String))
    return [...new Set(parts.flat())]
  }

  async #roomsOf (tag: number): Promise<RoomSummary[]> {
    // A page may repeat what an earlier one had.
    const rooms = new Map<RoomName, RoomSummary>()
    let cursor = FIRST_PAGE
    do {
      const page = listOf(await this.#run(roomsScript, tag, [cursor]))
      for (let index = 1; index < page.length; index += ROOM_VALUES) {
        const room = String(page[index])
        rooms.set(room, { room, connections: Number(page[index + 1]), users: Number(page[index + 2]) })
      }
      cursor = String(page[0])
    } while (cursor !== FIRST_PAGE)
    return [...rooms.values()]
  }

  #ofAllTags<Part> (read: (tag: number) => Promise<Part>): Promise<Part[]> {
    return Promise.all(this.#keys.tags().map(read))
  }

  #ofRoom (script: Script, room: RoomName, args: readonly ScriptArgument[]): Promise<unknown> {
    return this.#run(script, this.#keys.roomTag(room), [room, ...args])
  }

  #run (script: Script, tag: number, args: readonly ScriptArgument[]): Promise<unknown> {
    return this.#runner.run(script, [this.#keys.base(tag)], args)
  }
}

function listOf (answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : []
}
