import type { MaybePromise } from '../maybe-promise.ts'
import type { TopicName } from '../hub/topics.ts'
import type { BanLists } from './ban-list.ts'
import type { ChangeLog } from './change-log.ts'
import type { StreamPage, StreamRange } from './history.ts'
import type { Gap, NumberedMessage, Position, PublishResult, RelayMessage } from './relay-message.ts'
import type { PresenceStore } from './presence-store.ts'
import type { AnswerQuestion, Answers, Question } from './question.ts'
import type { TicketStore } from './ticket-store.ts'

/** Takes a message that came over the relay to this node's connections; returns how many it was queued to. */
export type Deliver = (message: NumberedMessage) => number

/** Told that messages of a topic did not reach this node and cannot be had any more. */
export type OnGap = (gap: Gap) => void

/** Whether the relay can carry messages now, and by what means. */
export interface RelayStatus {
  readonly kind: string
  readonly ready: boolean
  readonly reason?: string
}

/**
 * The way between nodes. What is published to a topic comes back, to every node that subscribed to the topic,
 * the publisher's own included: there is no other way to a connection.
 *
 * Guarantees: messages of one publisher to one topic arrive in the order of the calls; each non-ephemeral message gets
 * the next `seq` of each of its topics; a node is handed each topic of a message once, in the order of the numbers from the place on that
 * {@link position} or {@link read} last named to it. What got lost on the way is fetched from the stream, or told as a gap.
 */
export interface Relay extends BanLists {
  /** How this node is called among the others. */
  readonly nodeId: string
  /** Who is in which room, over all nodes. */
  readonly presence: PresenceStore
  /** Whom tickets let in, over all nodes. */
  readonly tickets: TicketStore
  /** Changes of presence for somebody outside; a relay without it serves no webhooks. */
  readonly changes?: ChangeLog
  /** Sets where messages for this node go; called once, before anything is published. */
  onMessage (deliver: Deliver): void
  /** Sets who is told of losses; called once. Of a stream that begins anew it is not known how much is lost. */
  onGap (listener: OnGap): void
  /** Sends a message to its topics. Throws or rejects with `UNAVAILABLE` when that could not be confirmed. */
  publish (message: RelayMessage): MaybePromise<PublishResult>
  /** This node has its first connection on the topic. */
  subscribe (topic: TopicName): void
  /** This node has no connection on the topic any more. */
  unsubscribe (topic: TopicName): void
  /** Resolves when everything published to the topics from now on reaches this node; after a second in any case. */
  subscribed (topics: readonly TopicName[]): MaybePromise<void>
  /** Sets who answers the questions of all nodes, this one included; called once. */
  onQuestion (answer: AnswerQuestion): void
  /** Asks all nodes, this one included. Never rejects: who does not answer in time is named. */
  ask (question: Question): MaybePromise<Answers>
  /** How far the clock that all nodes share is ahead of this node's (`Date.now`), ms, as last heard. */
  clockAheadMs (): number
  /** Connections on all other nodes, as last heard. */
  connectionsElsewhere (): number
  /**
   * The last place in the topic's stream. A node that is subscribed to the topic has been handed everything up to there, if it is kept, and
   * will be what comes later. Rejects with `UNAVAILABLE`, as the reads below do.
   */
  position (topic: TopicName): MaybePromise<Position>
  /** The same for several topics at once, in their order. */
  positions (topics: readonly TopicName[]): MaybePromise<readonly Position[]>
  /**
   * Resolves when this node has been handed everything up to a place that it was told of; at once where it is not subscribed. Rejects with
   * `UNAVAILABLE` when that takes too long.
   */
  handedOn (topic: TopicName, position: Position): MaybePromise<void>
  /** True when messages of the topic are kept for those who come back. */
  keeps (topic: TopicName): boolean
  /** A part of what is kept of a topic. A node that is subscribed to the topic has been handed everything up to the place that it names. */
  read (topic: TopicName, range: StreamRange): MaybePromise<StreamPage>
  status (): RelayStatus
  /** Frees what the relay opened; nothing is delivered afterwards. */
  close (): Promise<void>
}
