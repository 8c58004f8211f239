import type { Connection } from './connection.ts'
import { roomOfTopic, type TopicName } from './topics.ts'

/** Told when a topic gets its first connection here, and when it has lost its last. */
export interface TopicInterest {
  subscribe (topic: TopicName): void
  unsubscribe (topic: TopicName): void
}

/** A topic with one connection, as that of most users, needs no set: it would be a thirtieth of what a connection costs. */
type Subscribers = Connection | Set<Connection>

/** Which connections of this node are subscribed to what. The connection keeps the other half: its own topics. */
export class TopicIndex {
  readonly #subscribers = new Map<TopicName, Subscribers>()
  readonly #interest: TopicInterest
  #roomCount = 0

  constructor (interest: TopicInterest) {
    this.#interest = interest
  }

  /** The connections on a topic, in order of arrival. */
  subscribers (topic: TopicName): Iterable<Connection> {
    const subscribers = this.#subscribers.get(topic)
    if (subscribers instanceof Set) return subscribers
    return subscribers === undefined ? [] : [subscribers]
  }

  /** Number of `room:` topics with anybody on them. */
  get roomCount (): number {
    return this.#roomCount
  }

  /** Subscribes a connection; harmless for one that is subscribed. */
  add (topic: TopicName, connection: Connection): void {
    const subscribers = this.#subscribers.get(topic)
    if (includes(subscribers, connection)) return
    connection.topics.push(topic)
    if (subscribers === undefined) this.#begin(topic, connection)
    else if (subscribers instanceof Set) subscribers.add(connection)
    else this.#subscribers.set(topic, new Set([subscribers, connection]))
  }

  /** Takes a connection off a topic; harmless for one that is not on it. */
  remove (topic: TopicName, connection: Connection): void {
    const subscribers = this.#subscribers.get(topic)
    if (!includes(subscribers, connection)) return
    connection.topics.splice(connection.topics.indexOf(topic), 1)
    if (subscribers instanceof Set) subscribers.delete(connection)
    if (!(subscribers instanceof Set) || subscribers.size === 0) this.#end(topic)
  }

  /** Takes a connection off all its topics. */
  removeAll (connection: Connection): void {
    for (const topic of [...connection.topics]) this.remove(topic, connection)
  }

  #begin (topic: TopicName, connection: Connection): void {
    this.#subscribers.set(topic, connection)
    if (roomOfTopic(topic) !== undefined) this.#roomCount += 1
    this.#interest.subscribe(topic)
  }

  #end (topic: TopicName): void {
    this.#subscribers.delete(topic)
    if (roomOfTopic(topic) !== undefined) this.#roomCount -= 1
    this.#interest.unsubscribe(topic)
  }
}

function includes (subscribers: Subscribers | undefined, connection: Connection): boolean {
  return subscribers instanceof Set ? subscribers.has(connection) : subscribers === connection
}
