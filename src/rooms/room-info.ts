import type { Replay } from '../hub/replay.ts'
import type { RoomName } from '../hub/topics.ts'
import type { UserRef } from '../relay/relay-message.ts'

/** Bounds of rooms; 0 means no limit for the first two. */
export interface RoomLimits {
  readonly maxRoomsPerClient: number
  readonly maxConnectionsPerRoom: number
  /** Above so many members nobody is told of joins and leaves. */
  readonly presenceMax: number
}

/** Who is in a room, as clients are shown it. */
export interface RoomMembers {
  readonly room_id: RoomName
  readonly users: readonly UserRef[]
  readonly count: number
  readonly truncated?: true
}

/** A room as administrators see it. */
export interface RoomState {
  readonly room: RoomName
  /** Some of the users present. */
  readonly users: readonly UserRef[]
  /** How many users are present. */
  readonly count: number
  /** Members' and subscribers' connections. */
  readonly connections: number
  /** Where the stream of its messages stands, where that is known. */
  readonly epoch?: string
  readonly seq?: number
  /** Nodes whose members are not in it. */
  readonly missing: readonly string[]
}

/** Where a connection is in the stream of a room's messages. */
interface StreamState {
  readonly epoch: string
  readonly seq: number
  /** For one that comes back: whether what it missed follows, and how many messages that are. */
  readonly recovered?: boolean
  readonly missed?: number
}

/** Answer to a join. */
export interface RoomInfo extends RoomMembers, StreamState {}

/** Answer to a subscription or its end. */
export interface SubscriptionState extends StreamState {
  readonly room: RoomName
  readonly client_count: number
}

/** A connection that has come into a room: its answer goes out first, then the replay is started, where there is one. */
export interface Entrance<Info> {
  readonly info: Info
  readonly replay?: Replay
}
