import type { MaybePromise } from '../maybe-promise.ts'
import type { RoomName } from '../hub/topics.ts'
import type { UserRef } from './relay-message.ts'

/** In which way a connection is in a room: seen by the others, or only receiving its messages. */
export type Attendance = 'member' | 'subscriber'

/** One connection of a user in a room. */
export interface Occupant {
  readonly connectionId: string
  readonly user: UserRef
  readonly as: Attendance
}

/** Answer to an entry: refused for want of space, or in. */
export type Entry =
  | { readonly admitted: false }
  | {
    readonly admitted: true
    /** True when the user was not present before, not even within the grace: the others must be told. */
    readonly arrived: boolean
    /** Connections in the room now, members and subscribers. */
    readonly connections: number
    /** Distinct users present now. */
    readonly users: number
  }

/** Answer to an exit. */
export interface Exit {
  /** True when the user is not present any more: the others must be told. False while another connection or the grace holds. */
  readonly departed: boolean
  readonly connections: number
  readonly users: number
}

/** Who is in a room. */
export interface Roster {
  /** The users, in order of arrival, as many as were asked for. */
  readonly users: readonly UserRef[]
  /** How many there are. */
  readonly count: number
}

/** A room as an overview shows it. */
export interface RoomSummary extends RoomSize {
  readonly room: RoomName
}

/** A user came into a room, or is not there any more. */
export interface PresenceChange {
  readonly kind: 'joined' | 'left'
  readonly room: RoomName
  readonly user: UserRef
  /** Distinct users present since then. */
  readonly users: number
}

/** Told once, on every node with a member of the room, of each change in the whole cluster. */
export type OnPresenceChange = (change: PresenceChange) => void

/** How many there are in a room. */
export interface RoomSize {
  readonly users: number
  readonly connections: number
}

/** The room of all connections. No client can name it, no overview shows it, and its changes are not told. */
export const HUB_ROOM: RoomName = '*'

/**
 * The same, but a user stays in it for the grace, as in any other room. Only where connections are logged is anybody in it.
 */
export const GRACE_ROOM: RoomName = '**'

/** True for the two rooms that are not shown. */
export function isHidden (room: RoomName): boolean {
  return room === HUB_ROOM || room === GRACE_ROOM
}

/**
 * Who is in which room, over all nodes. A user is present from the first member connection to the end of the last one,
 * or to the end of the grace after it. Entering twice or leaving twice is harmless. A room without anybody does not exist.
 */
export interface PresenceStore {
  /** Puts a connection into a room. `capacity` is the most connections it may hold, 0 for no limit. */
  enter (room: RoomName, occupant: Occupant, capacity: number): MaybePromise<Entry>
  /**
   * Takes a connection out; with `graceMs` above 0 its user stays present that long, also when the user's other
   * connections end in order meanwhile. A new connection of the user ends the waiting: it is back.
   */
  leave (room: RoomName, occupant: Occupant, graceMs: number): MaybePromise<Exit>
  /** `limit` users of a room, the first `offset` left out, and how many there are. */
  members (room: RoomName, limit: number, offset?: number): MaybePromise<Roster>
  /** How many there are in a room; cheap, whatever the number. */
  size (room: RoomName): MaybePromise<RoomSize>
  /** How many member connections the user has in a room; 0 also for one who is in the grace. */
  connectionsOf (room: RoomName, userId: string): MaybePromise<number>
  /** When a connection of the user last came into or left {@link HUB_ROOM}, ms since 1970; undefined when never, or long ago. */
  lastSeen (userId: string): MaybePromise<number | undefined>
  /** Rooms with anybody in them. */
  rooms (): MaybePromise<readonly RoomSummary[]>
  /** How many of them there are; cheap, whatever the number. */
  roomCount (): MaybePromise<number>
  onChange (listener: OnPresenceChange): void
}
