import type { TopicName } from '../hub/topics.ts'
import type { NumberedMessage, Position } from './relay-message.ts'

/** How many messages of a topic are kept, and how long; size 0: none. */
export interface HistoryKeep {
  readonly size: number
  readonly ttlMs: number
}

/** What is kept of each topic. */
export type KeepOf = (topic: TopicName) => HistoryKeep

/** Most bytes of messages in a page, unless a single one is larger. A page that begins behind a number lacks its end then, others their beginning. */
export const MAX_PAGE_BYTES = 256 * 1024

/** Which messages of a stream are wanted. */
export interface StreamRange {
  /** Only messages above this number, the lowest ones first; when it is left out, the highest ones. */
  readonly after?: number
  /** Only messages below this number. */
  readonly before?: number
  /** At most so many messages. A page may hold fewer, for its bytes are bounded too ({@link MAX_PAGE_BYTES}), but none only when there are none. */
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
