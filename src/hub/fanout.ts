import type { Dialect } from '../protocol/dialect.ts'
import type { NumberedMessage, OutboundEvent, Position } from '../relay/relay-message.ts'
import type { Connection } from './connection.ts'
import { encodeTextFrame, type Frame } from './frame.ts'
import type { TopicIndex } from './topic-index.ts'
import { connectionOf, roomOfTopic, type TopicName } from './topics.ts'

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
  deliver ({ topics, except, event, positions }: NumberedMessage): number {
    const excluded = this.#subscribersOfAny(except ?? [])
    const reached = topics.length > 1 ? new Set(excluded) : undefined
    let recipients = 0
    for (const [index, topic] of topics.entries()) {
      const copy = new Copy(event, topic, positions[index])
      for (const connection of this.#subscribers(topic)) {
        if ((reached ?? excluded).has(connection)) continue
        reached?.add(connection)
        if (copy.deliverTo(connection)) recipients += 1
      }
    }
    return recipients
  }

  #subscribers (topic: TopicName): Iterable<Connection> {
    const connectionId = connectionOf(topic)
    if (connectionId === undefined) return this.#index.subscribers(topic)
    const connection = this.#find(connectionId)
    return connection === undefined ? [] : [connection]
  }

  #subscribersOfAny (topics: readonly TopicName[]): ReadonlySet<Connection> {
    const connections = new Set<Connection>()
    for (const topic of topics) {
      for (const connection of this.#subscribers(topic)) connections.add(connection)
    }
    return connections
  }
}

/** One message as those see it who get it by a certain topic. */
class Copy {
  readonly #event: OutboundEvent
  readonly #topic: TopicName
  readonly #position: Position | undefined
  readonly #frames = new Map<Dialect, Frame>()

  constructor (event: OutboundEvent, topic: TopicName, position: Position | undefined) {
    const room = event.room ?? roomOfTopic(topic)
    this.#event = room === undefined ? event : { ...event, room }
    this.#topic = topic
    this.#position = position
  }

  deliverTo (connection: Connection): boolean {
    return connection.deliver(this.#frameFor(connection.dialect), this.#topic, this.#position)
  }

  #frameFor (dialect: Dialect): Frame {
    const known = this.#frames.get(dialect)
    if (known !== undefined) return known
    const delivery = { event: this.#event, position: this.#position, topic: this.#topic }
    const frame = encodeTextFrame(dialect.encode(delivery))
    this.#frames.set(dialect, frame)
    return frame
  }
}
