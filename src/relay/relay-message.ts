import type { TopicName } from '../hub/topics.ts'

/** A user as others see it. */
export interface UserRef {
  readonly id: string
  readonly name: string
}

/** What a client receives, before any dialect has given it a wire format. */
export interface OutboundEvent {
  readonly type: string
  /** The id of the request it answers, or the publisher's id of the message. */
  readonly id?: string
  readonly room?: string
  readonly payload: unknown
  readonly sender?: UserRef
  /** The connection that it comes from, where `except` does not name it. */
  readonly origin?: string
  /** Who is in the room now, for those who are shown that with every arrival; never leaves the node. */
  readonly members?: readonly UserRef[]
  /** RFC 3339 UTC with milliseconds. */
  readonly timestamp: string
}

/** Something on its way from a publisher to the connections of one or more topics. */
export interface RelayMessage {
  /** Whom it is for, in order of precedence: a connection in several of them gets one copy, by the first. */
  readonly topics: readonly TopicName[]
  /** Connections subscribed to any of these are left out. */
  readonly except?: readonly TopicName[]
  readonly event: OutboundEvent
  /** True for notices without a place in the stream (typing and the like): never numbered, never kept. */
  readonly ephemeral?: boolean
  /**
   * Who publishes it: the id of a user, '' for the application. With it the event's id is a key: for 5 minutes a repetition by the same
   * publisher to the same topics is answered like the first one, and not delivered.
   */
  readonly publisher?: string
  /** True when the publisher wants to know how many connections it reached; that takes an answer from each node. */
  readonly counted?: boolean
}

/** A place in a topic's stream. The epoch changes when the numbering starts anew. */
export interface Position {
  readonly epoch: string
  /** Number of the last message, 0 before the first. */
  readonly seq: number
}

/** Numbers of messages that were lost, or dropped, on their way. */
export interface Gap {
  readonly topic: TopicName
  /** 0 where the numbers have begun anew: how much of the old ones is lost nobody knows. */
  readonly from_seq: number
  readonly to_seq: number
  /** The new epoch, where the numbers have begun anew. */
  readonly epoch?: string
}

/** A message that the relay has accepted, with the number it got in each of its topics (same order). */
export interface NumberedMessage extends RelayMessage {
  readonly positions: readonly (Position | undefined)[]
  /**
   * Places in `topics` that this copy is for; all of them when absent. Where each topic has a channel of its own, a node with two of
   * the topics is handed two copies.
   */
  readonly carries?: readonly number[]
}

/** What became of a publish. */
export interface PublishResult {
  /** Distinct connections it was queued to, on all nodes; of no use where the message was not `counted`. */
  readonly recipients: number
  /** Its place in the stream; absent for ephemeral ones and for those with several topics. */
  readonly seq?: number
  readonly epoch?: string
  /** True for a repetition: it was not delivered again, the rest is the first answer. */
  readonly duplicate?: true
  /** Nodes that did not say in time how many they reached. */
  readonly missing_nodes?: readonly string[]
}
