import { connectionOf } from '../hub/topics.ts'
import { jsonTextOf } from '../json-text.ts'
import type { RelayMessage } from './relay-message.ts'

/** How a repeated publish is recognized, and that it says the same. */
export interface PublishKey {
  /** Publisher, topic and the publisher's id of the message; several topics count as one. */
  readonly key: string
  /** Differs, but for one case in 2^53, when the content does. The time of sending is no content. */
  readonly fingerprint: string
}

/** The key of a message; undefined for one that its publisher gave no id. */
export function publishKey ({ topics, except = [], event, publisher, ephemeral }: RelayMessage): PublishKey | undefined {
  const { id, type, room = '', payload } = event
  if (publisher === undefined || id === undefined || ephemeral === true) return undefined
  const [only = ''] = topics
  // The sender's own connection, which gets no copy, may be another one when it tries again.
  const leftOut = except.filter((topic) => connectionOf(topic) === undefined)
  // The length keeps a user id with the separator in it from looking like another user's.
  const key = `${publisher.length}:${publisher}\n${topics.length === 1 ? only : '*'}\n${id}`
  return { key, fingerprint: hash([type, room, topics.join(), leftOut.join(), jsonTextOf(payload)].join('\n')) }
}

/** cyrb53 (public domain, github.com/bryc/code): 53 bits are plenty to tell two messages of one id apart; nobody gains by a collision. */
function hash (text: string): string {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36)
}
