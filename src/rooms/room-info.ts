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

/** Answer to a join. */
export interface RoomInfo extends RoomMembers {
  readonly epoch: string
  readonly seq: number
}

/** Answer to a subscription or its end. */
export interface SubscriptionState {
  readonly room: RoomName
  readonly client_count: number
  readonly epoch: string
  readonly seq: number
}
