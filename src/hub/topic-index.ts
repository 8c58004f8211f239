import type { Connection } from './connection.ts'
import { roomOfTopic, type TopicName } from './topics.ts'

/** Told when a topic gets its first connection here, and when it has lost its last. */
export interface TopicInterest {
  subscribe (topic: TopicName): void
  unsubscribe (topic: TopicName): void
}

const NOBODY: ReadonlySet<Connection> = new Set()

/** Which connections of this node are subscribed to what. The connection keeps the other half: its own topics. */
export class TopicIndex {
  readonly #subscribers = new Map<TopicName, Set<Connection>>()
  readonly #interest: TopicInterest
  #roomCount = 0

  constructor (interest: TopicInterest) {
    this.#interest = interest
  }

  /** The connections on a topic, in order of arrival. */
  subscribers (topic: TopicName): ReadonlySet<Connection> {
    return this.#subscribers.get(topic) ?? NOBODY
  }

  /** Number of `room:` topics with anybody on them. */
  get roomCount (): number {
    return this.#roomCount
  }

  add (topic: TopicName, connection: Connection): void {
    const subscribers = this.#subscribers.get(topic)
    connection.topics.add(topic)
    if (subscribers !== undefined) {
      subscribers.add(connection)
      return
    }
    this.#subscribers.set(topic, new Set([connection]))
    if (roomOfTopic(topic) !== undefined) this.#roomCount += 1
    this.#interest.subscribe(topic)
  }

  remove (topic: TopicName, connection: Connection): void {
    const subscribers = this.#subscribers.get(topic)
    connection.topics.delete(topic)
    if (subscribers === undefined || !subscribers.delete(connection) || subscribers.size > 0) return
    this.#subscribers.delete(topic)
    if (roomOfTopic(topic) !== undefined) this.#roomCount -= 1
    this.#interest.unsubscribe(topic)
  }

  /** Takes a connection off all its topics. */
  removeAll (connection: Connection): void {
    for (const topic of [...connection.topics]) this.remove(topic, connection)
  }
}
