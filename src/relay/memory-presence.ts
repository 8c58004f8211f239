import { monotonicMs } from '../clock.ts'
import type { RoomName } from '../hub/topics.ts'
import { MemoryChangeLog } from './memory-change-log.ts'
import {
  GRACE_ROOM, HUB_ROOM, isHidden, type Attendance, type Entry, type Exit, type Occupant, type OnPresenceChange, type PresenceStore, type RoomSize, type RoomSummary, type Roster
} from './presence-store.ts'
import type { UserRef } from './relay-message.ts'

/** A connection may be in a room in both ways at once: one bit each. */
const WAY: Record<Attendance, number> = { member: 1, subscriber: 2 }

/** A present user: how many connections make it so, or the timer of the grace after the last one. */
interface Attendee {
  readonly user: UserRef
  connections: number
  /** Until when a broken connection may come back, on the clock of `monotonicMs`; a new one ends the waiting. */
  graceEndsMs: number
  departure: NodeJS.Timeout | undefined
}

interface Room {
  readonly attendees: Map<string, Attendee>
  /** Connection id → the ways it is in. */
  readonly ways: Map<string, number>
}

/** Of so many users it is known when they were here last (about 100 bytes each). */
const MAX_LAST_SEEN = 100_000

/** Presence of a single process. */
export class MemoryPresence implements PresenceStore {
  readonly #rooms = new Map<RoomName, Room>()
  readonly #lastSeen = new Map<string, number>()
  readonly #log: MemoryChangeLog
  #changed: OnPresenceChange = () => {}

  constructor (log = new MemoryChangeLog()) {
    this.#log = log
  }

  onChange (listener: OnPresenceChange): void {
    this.#changed = listener
  }

  enter (name: RoomName, occupant: Occupant, capacity: number): Entry {
    const room = this.#rooms.get(name) ?? { attendees: new Map(), ways: new Map() }
    const before = room.ways.get(occupant.connectionId) ?? 0
    if (before === 0 && capacity > 0 && room.ways.size >= capacity) return { admitted: false }
    const ways = before | WAY[occupant.as]
    this.#rooms.set(name, room)
    room.ways.set(occupant.connectionId, ways)
    this.#see(name, occupant)
    const arrived = ways !== before && occupant.as === 'member' && arrive(room, occupant)
    if (arrived) this.#tell('joined', name, room, occupant.user)
    return { admitted: true, arrived, ...sizeOf(room) }
  }

  leave (name: RoomName, occupant: Occupant, graceMs: number): Exit {
    const room = this.#rooms.get(name)
    if (room === undefined) return { departed: false, connections: 0, users: 0 }
    const before = room.ways.get(occupant.connectionId) ?? 0
    const ways = before & ~WAY[occupant.as]
    if (ways === 0) room.ways.delete(occupant.connectionId)
    else room.ways.set(occupant.connectionId, ways)
    this.#see(name, occupant)
    const departed = ways !== before && occupant.as === 'member' && this.#depart(name, room, occupant, graceMs)
    if (departed) this.#tell('left', name, room, occupant.user)
    this.#removeIfEmpty(name, room)
    return { departed, ...sizeOf(room) }
  }

  members (name: RoomName, limit: number, offset = 0): Roster {
    const attendees = this.#rooms.get(name)?.attendees
    if (attendees === undefined) return { users: [], count: 0 }
    const users: UserRef[] = []
    let skipped = 0
    for (const { user } of attendees.values()) {
      if (users.length === limit) break
      if (skipped < offset) skipped += 1
      else users.push(user)
    }
    return { users, count: attendees.size }
  }

  size (name: RoomName): RoomSize {
    const room = this.#rooms.get(name)
    return room === undefined ? { users: 0, connections: 0 } : sizeOf(room)
  }

  connectionsOf (name: RoomName, userId: string): number {
    return this.#rooms.get(name)?.attendees.get(userId)?.connections ?? 0
  }

  lastSeen (userId: string): number | undefined {
    return this.#lastSeen.get(userId)
  }

  roomCount (): number {
    return this.#rooms.size - [HUB_ROOM, GRACE_ROOM].filter((room) => this.#rooms.has(room)).length
  }

  rooms (): RoomSummary[] {
    return [...this.#rooms].filter(([room]) => !isHidden(room)).map(([room, state]) => ({ room, ...sizeOf(state) }))
  }

  /** Ends all running graces without telling anybody: the process is going away. */
  close (): void {
    for (const { attendees } of this.#rooms.values()) {
      for (const attendee of attendees.values()) clearTimeout(attendee.departure)
    }
    this.#rooms.clear()
  }

  #depart (name: RoomName, room: Room, { user }: Occupant, graceMs: number): boolean {
    const attendee = room.attendees.get(user.id)
    if (attendee === undefined) return false
    const now = monotonicMs()
    attendee.graceEndsMs = Math.max(attendee.graceEndsMs, now + graceMs)
    attendee.connections -= 1
    if (attendee.connections > 0) return false
    if (attendee.graceEndsMs === now) return room.attendees.delete(user.id)
    attendee.departure = setTimeout(() => this.#graceOver(name, room, attendee), attendee.graceEndsMs - now)
    return false
  }

  #graceOver (name: RoomName, room: Room, attendee: Attendee): void {
    room.attendees.delete(attendee.user.id)
    this.#removeIfEmpty(name, room)
    this.#tell('left', name, room, attendee.user)
  }

  #tell (kind: 'joined' | 'left', room: RoomName, { attendees }: Room, user: UserRef): void {
    const change = { kind, room, user, users: attendees.size }
    if (room !== HUB_ROOM) this.#log.note(change)
    if (!isHidden(room)) this.#changed(change)
  }

  #see (room: RoomName, { user }: Occupant): void {
    if (room !== HUB_ROOM) return
    // The latest last: the first are those to forget.
    this.#lastSeen.delete(user.id)
    this.#lastSeen.set(user.id, Date.now())
    const [oldest] = this.#lastSeen.keys()
    if (this.#lastSeen.size > MAX_LAST_SEEN && oldest !== undefined) this.#lastSeen.delete(oldest)
  }

  #removeIfEmpty (name: RoomName, room: Room): void {
    if (room.ways.size === 0 && room.attendees.size === 0) this.#rooms.delete(name)
  }
}

/** Counts a new member connection for its user; true when the user was not present before. */
function arrive (room: Room, { user }: Occupant): boolean {
  const attendee = room.attendees.get(user.id)
  if (attendee === undefined) {
    room.attendees.set(user.id, { user, connections: 1, graceEndsMs: 0, departure: undefined })
    return true
  }
  clearTimeout(attendee.departure)
  attendee.departure = undefined
  attendee.graceEndsMs = 0
  attendee.connections += 1
  return false
}

function sizeOf (room: Room): RoomSize {
  return { connections: room.ways.size, users: room.attendees.size }
}
