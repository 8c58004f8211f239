import type { Gap, NumberedMessage } from '../relay/relay-message.ts'
import type { Connection } from './connection.ts'
import { Copy } from './copy.ts'
import type { TopicIndex } from './topic-index.ts'
import { connectionOf, connectionTopic, type TopicName } from './topics.ts'

/** Finds a connection of this node by its id. */
export type FindConnection = (connectionId: string) => Connection | undefined

/** Hands a message to every connection that it is for: encoded once per dialect, framed once, one copy each. */
export class Fanout {
  readonly #index: TopicIndex
  readonly #find: FindConnection

  constructor (index: TopicIndex, find: FindConnection) {
    this.#index = index
    this.#find = find
  }

  /** Returns the number of connections it was queued to. */
  deliver (message: NumberedMessage): number {
    const { topics, except = [], positions, carries } = message
    const isLeftOut = this.#leftOut(except)
    const isFirst = firstOf(topics)
    let recipients = 0
    for (const index of carries ?? topics.keys()) {
      const topic = topics[index]
      if (topic === undefined) continue
      const copy = new Copy(message, topic, positions[index])
      for (const connection of this.#subscribers(topic)) {
        if (!isLeftOut(connection) && isFirst(connection, index) && copy.deliverTo(connection)) recipients += 1
      }
    }
    return recipients
  }

  /** Tells everybody on a topic which of its messages were lost on the way to this node. */
  tellGap (gap: Gap): void {
    for (const connection of this.#subscribers(gap.topic)) connection.tellGap(gap)
  }

  /** The connections on any of the topics. */
  audience (topics: readonly TopicName[]): Set<Connection> {
    return new Set(topics.flatMap((topic) => [...this.#subscribers(topic)]))
  }

  #subscribers (topic: TopicName): Iterable<Connection> {
    const connectionId = connectionOf(topic)
    if (connectionId === undefined) return this.#index.subscribers(topic)
    const connection = this.#find(connectionId)
    return connection === undefined ? [] : [connection]
  }

  /** Tells who does not get it; nearly always that is its author alone, and asked for every member of a room. */
  #leftOut (except: readonly TopicName[]): (connection: Connection) => boolean {
    const [first, ...others] = except
    if (first === undefined) return () => false
    if (others.length === 0 && connectionOf(first) !== undefined) {
      const [author] = this.#subscribers(first)
      return (connection) => connection === author
    }
    const connections = this.audience(except)
    return (connection) => connections.has(connection)
  }
}

/**
 * Tells whether a connection gets its one copy by the topic at a place in the list: that is the first that it is in. It depends on
 * nothing that was delivered before, for the other topics of the message may come another way.
 */
function firstOf (topics: readonly TopicName[]): (connection: Connection, index: number) => boolean {
  if (topics.length === 1) return () => true
  const places = new Map(topics.map((topic, index) => [topic, index]))
  return ({ id, topics: own }, index) => {
    const placeOf = (topic: TopicName): number => places.get(topic) ?? topics.length
    return placeOf(connectionTopic(id)) >= index && own.every((topic) => placeOf(topic) >= index)
  }
}
