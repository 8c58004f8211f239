/** A user as messages and member lists name one. */
export interface Person {
  readonly id: string
  readonly name: string
}

/** A place in a topic's stream: numbers of one epoch count up by one. */
export interface Position {
  readonly epoch: string
  readonly seq: number
}

/** Whatever the service sends, as it stands on the wire. */
export interface Message<P = unknown> {
  readonly type: string
  /** The sender's id of the message. */
  readonly id?: string
  readonly room?: string
  readonly payload: P
  /** Set by the service; absent on what the service or an application itself says. */
  readonly sender?: Person
  /** RFC 3339, UTC, milliseconds. */
  readonly timestamp: string
  /** Place in the stream of its topic. */
  readonly seq?: number
  /** The topic of `seq`, where that is not the room's. */
  readonly topic?: string
}

/** Payload of `new_message`. */
export interface Chat {
  readonly content: string
  readonly [field: string]: unknown
}

/** Payload of `connected`, the first frame of a connection. */
export interface Welcome {
  readonly client_id: string
  readonly user_id: string
  readonly name: string
  readonly role: string
  readonly message: string
  /** Connections on all nodes, as last known. */
  readonly online_count: number
  readonly node_id: string
  readonly dialect: string
  /** Bytes of a frame. */
  readonly max_message_size: number
  readonly ping_interval_ms: number
  readonly positions?: Readonly<Record<string, Position>>
}

/** What an answer tells of a topic that a client comes into, or back to. */
export interface Standing extends Position {
  /** After a reconnect: true when everything missed follows. */
  readonly recovered?: boolean
  /** How many frames follow; without recovery, how many are lost, where known. */
  readonly missed?: number
}

/** Payload of `room_info`. */
export interface RoomInfo extends Standing {
  readonly room_id: string
  readonly users: readonly Person[]
  readonly count: number
  readonly truncated?: boolean
}

/** Payload of `history`: a page of what was said, oldest first. */
export interface HistoryPage<P = unknown> {
  readonly room: string
  readonly epoch: string
  readonly messages: ReadonlyArray<Message<P>>
  /** True when there is more in the direction of the page. */
  readonly more: boolean
}

/** Payload of an `ack` to a message. */
export interface Ack {
  readonly seq?: number
  readonly epoch?: string
  /** The message had been accepted before, under the same id. */
  readonly duplicate?: boolean
  /** What the application's handler gave back. */
  readonly result?: unknown
}

/** A message that the service has accepted. */
export interface Sent extends Ack {
  readonly id: string
}

/** Payload of `error`. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly severity: string
}

/** Payload of `gap`: numbers of a topic that this connection will not see unless it asks. */
export interface Gap {
  readonly topic: string
  /** 0 where the numbers have begun anew. */
  readonly from_seq: number
  readonly to_seq: number
  /** The new one, where the numbers have begun anew. */
  readonly epoch?: string
}

export function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
