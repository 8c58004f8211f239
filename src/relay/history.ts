import { roomOfTopic, type TopicName } from '../hub/topics.ts'

/** How many messages of a topic are kept, and how long; size 0: none. */
export interface HistoryKeep {
  readonly size: number
  readonly ttlMs: number
}

const KEPT: HistoryKeep = { size: 100, ttlMs: 300_000 }
const NOT_KEPT: HistoryKeep = { size: 0, ttlMs: 0 }

/** What is kept unless the settings say otherwise: the messages of rooms and users. */
export function defaultKeepOf (topic: TopicName): HistoryKeep {
  return roomOfTopic(topic) !== undefined || topic.startsWith('user:') ? KEPT : NOT_KEPT
}
