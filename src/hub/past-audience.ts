import type { StreamMessage } from '../relay/history.ts'
import type { Connection } from './connection.ts'
import { connectionOf, type TopicName } from './topics.ts'

/**
 * Whether a kept message is for a connection: not where its publisher left it out, and of a message to several of the topics there is one
 * copy, by the first. The publisher's own connection was left out for having said it; one that comes back wants that, too.
 */
export function isFor ({ message: { topics, except = [], event, carries: [place = 0] = [] } }: StreamMessage, connection: Connection, shown: ReadonlySet<TopicName>): boolean {
  const isAuthor = event.sender?.id === connection.user.id
  const isLeftOut = (topic: TopicName): boolean => connection.topics.includes(topic) || (!isAuthor && connectionOf(topic) === connection.id)
  return !except.some(isLeftOut) && !topics.slice(0, place).some((topic) => shown.has(topic))
}
