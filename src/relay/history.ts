import type { TopicName } from '../hub/topics.ts'
import { defaultHistory, keepOfRules } from './history-rules.ts'
import type { NumberedMessage, Position } from './relay-message.ts'

/** How many messages of a topic are kept, and how long; size 0: none. */
export interface HistoryKeep {
  readonly size: number
  readonly ttlMs: number
}

/** What is kept of each topic. */
export type KeepOf = (topic: TopicName) => HistoryKeep

/** Which messages of a stream are wanted. */
export interface StreamRange {
  /** Only messages above this number, the lowest ones first; when it is left out, the highest ones. */
  readonly after?: number
  /** Only messages below this number. */
  readonly before?: number
  /** At most so many messages. A page may hold fewer, for its bytes are bounded too, but none only when there are none. */
  readonly limit: number
}

/** A message as it stands in a topic's stream. */
export interface StreamMessage {
  readonly seq: number
  /** As if it had come to this topic alone: `carries` names its place. */
  readonly message: NumberedMessage
}

/** A part of a topic's stream, and the place where the stream stood then. */
export interface StreamPage extends Position {
  /** Number of the oldest message that is kept; one above `seq` when none is. */
  readonly oldest: number
  /** In the order of their numbers, without holes. */
  readonly messages: readonly StreamMessage[]
}

/** What is kept unless the settings say otherwise: the messages of rooms and users. */
export const defaultKeepOf: KeepOf = keepOfRules(defaultHistory)
