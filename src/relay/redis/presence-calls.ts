import type { RoomName } from '../../hub/topics.ts'
import type { Occupant } from '../presence-store.ts'
import { attendanceKey, type AttendanceKey } from './attendance.ts'
import { inParallel } from '../in-parallel.ts'
import type { Keys } from './keys.ts'
import { attendancesScript, heldRoomsScript } from './presence-read-scripts.ts'
import { changeScript, gracesScript, MAX_CHANGES, sweepScript } from './presence-scripts.ts'
import type { Script, ScriptArgument, ScriptRunner } from './script-runner.ts'

/** What presence in Redis works with. */
export interface PresenceCallsParts {
  readonly runner: ScriptRunner
  readonly keys: Keys
  /** Under which lease this node's connections are kept; a node that was declared dead gets another one. */
  readonly leaseId: () => string
  /** PUBLISH, or SPUBLISH in a cluster. */
  readonly publishCommand: string
  /** So many changes wait in the log at most; 0, and without it, none are kept. */
  readonly mostLogged?: () => number
}

/** How connections are let in. */
export interface EnterOptions {
  /** Most connections that the room may hold, 0 for no limit. */
  readonly capacity: number
  /** True when nobody is told. */
  readonly quiet: boolean
}

/** An exit to be done. */
export interface Leaving {
  readonly at: AttendanceKey
  readonly graceMs: number
}

/** What a change came to. */
export interface Change {
  readonly admitted: boolean
  /** Attendances that are new, or gone. */
  readonly changed: number
  /** Users that arrived, or departed. */
  readonly told: number
  /** Connections and users in the room since then. */
  readonly connections: number
  readonly users: number
}

/** A part of a longer list. */
interface Page {
  readonly items: readonly string[]
  /** Where the next page begins; '0' after the last one. */
  readonly cursor: string
}

const FIRST_PAGE = '0'
/** Numbers that are read at a time. */
const READS_AT_ONCE = 64
/** Numbers that are swept at a time: each call is long, and others want to be served meanwhile. */
const SWEEPS_AT_ONCE = 4

/** The calls of presence, each a script; all reject with `UNAVAILABLE` when Redis does not answer. At most {@link MAX_CHANGES} in one change. */
export class PresenceCalls {
  readonly #parts: PresenceCallsParts

  constructor (parts: PresenceCallsParts) {
    this.#parts = parts
  }

  /** True while calls are likely to be answered. */
  get isReady (): boolean {
    return this.#parts.runner.isReady
  }

  /** Lets connections into a room, under the lease of this moment. */
  async enter (room: RoomName, occupants: readonly Occupant[], { capacity, quiet }: EnterOptions): Promise<Change> {
    const items = occupants.flatMap((occupant) => [attendanceKey(occupant), occupant.user.id, infoOf(occupant)])
    return await this.#change(room, ['enter', capacity, quiet ? 'quiet' : '', ...items])
  }

  /** Lets connections out of a room. */
  async leave (room: RoomName, exits: readonly Leaving[]): Promise<Change> {
    return await this.#change(room, ['leave', '', '', ...exits.flatMap(({ at, graceMs }) => [at, graceMs])])
  }

  /** Ends the graces that are over. */
  async sweepGraces (): Promise<void> {
    const args = this.#telling()
    await this.#forAllTags(READS_AT_ONCE, async (tag) => {
      while (await this.#run(gracesScript, tag, args) === MAX_CHANGES);
    })
  }

  /** Takes a node's connections out of all rooms. */
  async sweepNode (leaseId: string, graceMs: number): Promise<void> {
    const args = [...this.#telling(), leaseId, graceMs]
    await this.#forAllTags(SWEEPS_AT_ONCE, async (tag) => {
      while (await this.#run(sweepScript, tag, args) === 1);
    })
  }

  /** Rooms in which this node has connections. */
  async heldRooms (): Promise<Set<RoomName>> {
    const held = new Set<RoomName>()
    await this.#forAllTags(READS_AT_ONCE, async (tag) => {
      for await (const page of this.#pages(heldRoomsScript, tag, [])) {
        for (const room of page) held.add(room)
      }
    })
    return held
  }

  /** Attendances of this node's connections in a room, page by page. */
  attendances (room: RoomName): AsyncGenerator<readonly AttendanceKey[]> {
    return this.#pages(attendancesScript, this.#parts.keys.roomTag(room), [room])
  }

  async #change (room: RoomName, args: readonly ScriptArgument[]): Promise<Change> {
    const { keys, leaseId } = this.#parts
    const answer = await this.#run(changeScript, keys.roomTag(room), [...this.#telling(), leaseId(), room, ...args])
    const [admitted, changed = 0, told = 0, connections = 0, users = 0] = Array.isArray(answer) ? answer.map(Number) : []
    return { admitted: admitted === 1, changed, told, connections, users }
  }

  /** How a change is told, and whether it is logged. */
  #telling (): readonly ScriptArgument[] {
    const { publishCommand, mostLogged } = this.#parts
    return [publishCommand, mostLogged?.() ?? 0]
  }

  async * #pages (script: Script, tag: number, args: readonly string[]): AsyncGenerator<readonly string[]> {
    const lease = this.#parts.leaseId()
    let page: Page = { items: [], cursor: FIRST_PAGE }
    do {
      const [cursor = FIRST_PAGE, ...items] = textsOf(await this.#run(script, tag, [lease, page.cursor, ...args]))
      page = { items, cursor }
      yield page.items
    } while (page.cursor !== FIRST_PAGE)
  }

  async #forAllTags (width: number, step: (tag: number) => Promise<void>): Promise<void> {
    await inParallel(this.#parts.keys.tags(), width, step)
  }

  async #run (script: Script, tag: number, args: readonly ScriptArgument[]): Promise<unknown> {
    return await this.#parts.runner.run(script, [this.#parts.keys.base(tag)], args)
  }
}

/** The user as it is kept and told. */
function infoOf ({ user: { id, name } }: Occupant): string {
  return JSON.stringify({ id, name })
}

function textsOf (answer: unknown): string[] {
  return Array.isArray(answer) ? answer.map(String) : []
}
