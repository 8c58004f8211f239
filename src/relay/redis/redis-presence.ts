import type { RoomName } from '../../hub/topics.ts'
import type { Logger } from '../../logger.ts'
import type { Entry, Exit, Occupant, OnPresenceChange, PresenceStore, RoomSize, RoomSummary, Roster } from '../presence-store.ts'
import { Attendance, attendanceKey, type Wanted } from './attendance.ts'
import { FormerLeases } from './former-leases.ts'
import { PresenceCalls, type PresenceCallsParts } from './presence-calls.ts'
import { PresenceHeal, type HealOptions } from './presence-heal.ts'
import { presenceChangeOf } from './presence-notice.ts'
import { PresenceReads } from './presence-reads.ts'

/** What presence in Redis works with. */
export interface RedisPresenceParts extends PresenceCallsParts {
  readonly logger: Logger
  /** A clock that nobody sets, ms; `monotonicMs` by default. */
  readonly now?: () => number
}

/**
 * Presence of many nodes. What is in Redis is the truth about the cluster; what is true about this node's own connections is also kept here,
 * so that Redis can be told again what it lost or never heard.
 */
export class RedisPresence implements PresenceStore {
  readonly #calls: PresenceCalls
  readonly #reads: PresenceReads
  readonly #heal: PresenceHeal
  readonly #attendance: Attendance
  readonly #parts: RedisPresenceParts
  #changed: OnPresenceChange = () => {}

  constructor (parts: RedisPresenceParts) {
    const { logger, now } = parts
    this.#parts = parts
    this.#attendance = new Attendance(now)
    const formerLeases = new FormerLeases()
    this.#calls = new PresenceCalls({ ...parts, leaseId: () => formerLeases.use(parts.leaseId()) })
    this.#reads = new PresenceReads(parts)
    this.#heal = new PresenceHeal({ calls: this.#calls, attendance: this.#attendance, formerLeases, logger })
  }

  onChange (listener: OnPresenceChange): void {
    this.#changed = listener
  }

  /** Rejects with `UNAVAILABLE` when Redis does not confirm it; the connection is not in then. */
  async enter (room: RoomName, occupant: Occupant, capacity: number): Promise<Entry> {
    const wasReady = this.#calls.isReady
    const wanted = this.#attendance.entering(room, occupant)
    this.#reads.willChange(room)
    try {
      const { admitted, told, connections, users } = await this.#calls.enter(room, [occupant], { capacity, quiet: false })
      if (!admitted) return this.#refused(room, wanted)
      this.#attendance.entered(room, wanted)
      this.#confirmExit(room, wanted)
      return { admitted, arrived: told > 0, connections, users }
    } catch (error) {
      this.#attendance.notEntered(room, wanted)
      // What was sent may have been done. Without a connection, nothing was.
      if (wasReady && !this.#isWanted(room, occupant)) this.#attendance.keepOpen(room, wanted, 0)
      throw error
    }
  }

  /** Never rejects: the connection is out as far as this node is concerned, and Redis is told as soon as possible. */
  async leave (room: RoomName, occupant: Occupant, graceMs: number): Promise<Exit> {
    const wanted = this.#attendance.leaving(room, occupant)
    this.#reads.willChange(room)
    try {
      const { changed, told, connections, users } = await this.#calls.leave(room, [{ at: attendanceKey(occupant), graceMs }])
      // Redis has lost it. If it lost everything, the others have to hear of the departure nevertheless.
      if (changed === 0 && wanted?.isIn === true) this.#attendance.keepOpen(room, wanted, graceMs)
      return { departed: told > 0, connections, users }
    } catch (error) {
      this.#parts.logger.debug({ err: error, room_id: room, client_id: occupant.connectionId }, 'exit not confirmed')
      if (wanted !== undefined) this.#attendance.keepOpen(room, wanted, graceMs)
      const here = this.#attendance.sizeOf(room)
      return { departed: false, connections: here, users: here }
    }
  }

  async members (room: RoomName, limit: number, offset = 0): Promise<Roster> {
    return await this.#reads.members(room, limit, offset)
  }

  async size (room: RoomName): Promise<RoomSize> {
    return await this.#reads.size(room)
  }

  async connectionsOf (room: RoomName, userId: string): Promise<number> {
    return await this.#reads.connectionsOf(room, userId)
  }

  async lastSeen (userId: string): Promise<number | undefined> {
    return await this.#reads.lastSeen(userId)
  }

  async rooms (): Promise<readonly RoomSummary[]> {
    return await this.#reads.rooms()
  }

  async roomCount (): Promise<number> {
    return await this.#reads.roomCount()
  }

  /**
   * Leases under which connections are kept. One that no node has any more is to be swept. To be read before the leases of the
   * nodes: otherwise a node that has just begun looks dead.
   */
  async holders (): Promise<readonly string[]> {
    return await this.#reads.holders()
  }

  /** Takes what a presence frame on the channel of a room's members says behind version and kind; false when that cannot be read. */
  onNotice (room: RoomName, notice: string): boolean {
    const change = presenceChangeOf(room, notice)
    if (change !== undefined) this.#changed(change)
    return change !== undefined
  }

  /** Ends the graces that are over, of all nodes; the departures are told once, however many nodes do this. Rejects with `UNAVAILABLE`. */
  async sweepGraces (): Promise<void> {
    await this.#calls.sweepGraces()
  }

  /**
   * Takes a dead node's connections out of all rooms; their users stay present for the grace. Several nodes may do it at once. Rejects
   * with `UNAVAILABLE` before everything is done when Redis does not answer.
   */
  async sweepNode (leaseId: string, graceMs: number): Promise<void> {
    await this.#calls.sweepNode(leaseId, graceMs)
  }

  /**
   * Makes Redis agree with this node again: after it was away or found empty (then quietly), and after this node was declared dead
   * and has a new lease. True when all is done; otherwise {@link healDirty} does the rest. Never rejects.
   */
  async heal (options: HealOptions): Promise<boolean> {
    return await this.#heal.heal(options)
  }

  /** Does again what was not confirmed. Never rejects; for every beat, after the lease was renewed and {@link heal} called if need be. */
  async healDirty (): Promise<void> {
    await this.#heal.healDirty()
  }

  /** Repairs nothing any more; to be called before this node's connections are swept. */
  close (): void {
    this.#heal.close()
  }

  #refused (room: RoomName, wanted: Wanted): Entry {
    this.#attendance.notEntered(room, wanted)
    return { admitted: false }
  }

  /** When the connection left before it was let in, the exit is done again: there are rare cases in which it came first. */
  #confirmExit (room: RoomName, { occupant }: Wanted): void {
    if (!this.#isWanted(room, occupant)) this.leave(room, occupant, 0).catch(() => {})
  }

  #isWanted (room: RoomName, occupant: Occupant): boolean {
    return this.#attendance.isWanted(room, attendanceKey(occupant))
  }
}
