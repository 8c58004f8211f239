import type { RoomName } from '../../hub/topics.ts'
import type { Logger } from '../../logger.ts'
import { unavailable } from './answer-watch.ts'
import { attendanceKey, type Attendance, type OpenExit } from './attendance.ts'
import { chunksOf } from './chunks.ts'
import type { FormerLeases } from './former-leases.ts'
import { inParallel } from '../in-parallel.ts'
import type { PresenceCalls } from './presence-calls.ts'

/** How healing is done. */
export interface HealOptions {
  /** True after the store was found empty: who is put back has been there all the time, so nobody is told. */
  readonly quiet: boolean
}

/** What healing works with. */
export interface PresenceHealParts {
  readonly calls: PresenceCalls
  readonly attendance: Attendance
  readonly formerLeases: FormerLeases
  readonly logger: Logger
}

/** How long a user stays present whose last known connection is of a node that may be about to put another one back, ms. */
export const REENTRY_GRACE_MS = 12_000

/** How one room is healed. */
interface RoomRepair extends HealOptions {
  /** True when the store seems to be another one: it does not know a single connection of this node. */
  readonly isStoreNew: boolean
  /** True when the room may have connections under this node's lease. */
  readonly isHeld: boolean
}

/** Nothing but the open exits of a room. */
const EXITS_ONLY: RoomRepair = { quiet: false, isStoreNew: false, isHeld: false }

/** Rooms under repair at a time; each has one call under way. */
const ROOMS_AT_ONCE = 64
/** Connections in one call. */
const CHUNK = 100

/**
 * Makes the store agree again with what is true on this node. All repairs are idempotent, and calls of one node are done in
 * order: whoever comes or goes meanwhile is sent later, and so has the last word.
 */
export class PresenceHeal {
  readonly #parts: PresenceHealParts
  /** Rooms that could not be healed although Redis answered. */
  readonly #failed = new Map<RoomName, RoomRepair>()
  #last: Promise<unknown> = Promise.resolve()
  /** How many complete repairs were asked for, and how many are done: one serves all that were asked for before it began. */
  #asked = 0
  #done = 0
  #isBusy = false
  #isQuiet = false
  #isStoreNew = false
  #isClosed = false
  #changed = 0

  constructor (parts: PresenceHealParts) {
    this.#parts = parts
  }

  /**
   * Puts into the store who is missing, takes out who should not be there, and does the open exits. True when all that is
   * done; otherwise {@link healDirty} goes on with it. Never rejects.
   */
  async heal ({ quiet }: HealOptions): Promise<boolean> {
    // Somebody who is told twice of an arrival is better off than one who is not told: quiet is what all open requests want.
    this.#isQuiet = quiet && (this.#isQuiet || this.#done === this.#asked)
    this.#asked += 1
    return await this.#inTurn(() => this.#healAll())
  }

  /** Does what is left: a heal that did not come to its end, exits that were not confirmed. Never rejects; to be called regularly. */
  async healDirty (): Promise<void> {
    if (this.#isBusy || !this.#parts.calls.isReady) return
    if (this.#done !== this.#asked) await this.#inTurn(() => this.#healAll())
    else await this.#inTurn(() => this.#healSingly())
  }

  /** Begins nothing any more. */
  close (): void {
    this.#isClosed = true
  }

  async #inTurn (repair: () => Promise<void>): Promise<boolean> {
    const run = this.#last.then(async () => {
      if (this.#isClosed) return false
      this.#isBusy = true
      await repair()
      return this.#failed.size === 0
    }).catch((error: unknown) => {
      this.#parts.logger.warn({ err: error }, 'presence not healed yet')
      return false
    }).finally(() => { this.#isBusy = false })
    this.#last = run
    return await run
  }

  async #healAll (): Promise<void> {
    const { attendance, calls, logger } = this.#parts
    const asked = this.#asked
    const startedWith = this.#changed
    const held = await calls.heldRooms()
    const rooms = new Set([...attendance.rooms(), ...held])
    this.#isStoreNew ||= held.size === 0
    await inParallel(rooms, ROOMS_AT_ONCE, (room) => (
      this.#tryRoom(room, { quiet: this.#isQuiet, isStoreNew: this.#isStoreNew, isHeld: held.has(room) })
    ))
    await this.#sweepFormerLeases()
    this.#done = asked
    logger.info({ rooms: rooms.size, changes: this.#changed - startedWith, quiet: this.#isQuiet }, 'presence healed')
    if (this.#asked === asked) this.#isStoreNew = false
  }

  async #healSingly (): Promise<void> {
    await inParallel([...this.#failed], ROOMS_AT_ONCE, ([room, repair]) => this.#tryRoom(room, repair))
    await inParallel(this.#parts.attendance.openRooms(), ROOMS_AT_ONCE, (room) => this.#tryRoom(room, EXITS_ONLY))
  }

  /** One room that cannot be healed does not keep the others waiting; without Redis none can. */
  async #tryRoom (room: RoomName, repair: RoomRepair): Promise<void> {
    try {
      await this.#finishExits(room, repair)
      if (repair === EXITS_ONLY) return
      await this.#putBack(room, repair)
      if (repair.isHeld) await this.#removeStrays(room)
      this.#failed.delete(room)
    } catch (error) {
      if (repair !== EXITS_ONLY) this.#failed.set(room, { ...repair, isHeld: true })
      if (this.#isClosed || !this.#parts.calls.isReady) throw error
    }
  }

  /** What was let in and has not left since. */
  async #putBack (room: RoomName, { quiet }: HealOptions): Promise<void> {
    const { attendance, calls } = this.#parts
    for (const chunk of chunksOf(attendance.insideOf(room), CHUNK)) {
      const occupants = chunk.filter((occupant) => attendance.isInside(room, attendanceKey(occupant)))
      if (occupants.length > 0) await this.#count(() => calls.enter(room, occupants, { capacity: 0, quiet }))
    }
  }

  /** What an entry or a lost exit left behind. */
  async #removeStrays (room: RoomName): Promise<void> {
    const { attendance, calls } = this.#parts
    for await (const page of calls.attendances(room)) {
      for (const chunk of chunksOf(page, CHUNK)) {
        const strays = chunk.filter((at) => !attendance.isWanted(room, at)).map((at) => ({ at, graceMs: 0 }))
        if (strays.length > 0) await this.#count(() => calls.leave(room, strays))
      }
    }
  }

  async #finishExits (room: RoomName, { quiet, isStoreNew }: RoomRepair): Promise<void> {
    const { attendance } = this.#parts
    for (const chunk of chunksOf(attendance.openExits(room), CHUNK)) {
      const exits = chunk.filter(({ occupant }) => !attendance.isWanted(room, attendanceKey(occupant)))
      if (exits.length === 0) continue
      const restored = quiet && isStoreNew ? this.#restore(room, exits) : undefined
      await Promise.all([restored, this.#leave(room, exits, quiet ? REENTRY_GRACE_MS : 0)])
      for (const exit of exits) attendance.repaired(room, exit)
    }
  }

  /** A new store does not know who left: they come back to leave again, so that the others are told if nobody puts them back. */
  async #restore (room: RoomName, exits: readonly OpenExit[]): Promise<void> {
    const known = exits.filter(({ wasIn }) => wasIn).map(({ occupant }) => occupant)
    if (known.length > 0) await this.#parts.calls.enter(room, known, { capacity: 0, quiet: true })
  }

  async #leave (room: RoomName, exits: readonly OpenExit[], leastGraceMs: number): Promise<void> {
    const { attendance, calls } = this.#parts
    const leaving = exits.map((exit) => ({ at: attendanceKey(exit.occupant), graceMs: Math.max(leastGraceMs, attendance.graceLeft(exit)) }))
    await this.#count(() => calls.leave(room, leaving))
  }

  /** Calls sent before this node heard that it had lost its lease may have been done after the others had swept it. */
  async #sweepFormerLeases (): Promise<void> {
    const { calls, formerLeases } = this.#parts
    for (const lease of formerLeases.list()) {
      await calls.sweepNode(lease, REENTRY_GRACE_MS)
      formerLeases.forget(lease)
    }
  }

  async #count (change: () => Promise<{ readonly changed: number }>): Promise<void> {
    if (this.#isClosed) throw unavailable('presence is closed')
    const { changed } = await change()
    this.#changed += changed
  }
}
