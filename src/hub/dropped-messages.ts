import type { Gap, Position } from '../relay/relay-message.ts'
import type { TopicName } from './topics.ts'

/** What could not be queued for a slow connection, until it can be told. */
export class DroppedMessages {
  readonly #ranges = new Map<TopicName, { from: number, to: number }>()

  /** True when something of the topic was dropped. */
  has (topic: TopicName): boolean {
    return this.#ranges.has(topic)
  }

  /** Notes one dropped frame; those without a place in a stream (replies, notices) cannot be asked for again. */
  note (topic?: TopicName, position?: Position): void {
    if (topic === undefined || position === undefined) return
    const range = this.#ranges.get(topic)
    if (range === undefined) this.#ranges.set(topic, { from: position.seq, to: position.seq })
    else range.to = position.seq
  }

  /** The gap of a topic goes on up to a number. */
  extend (topic: TopicName, seq: number): void {
    const range = this.#ranges.get(topic)
    if (range !== undefined) range.to = Math.max(range.to, seq)
  }

  /** Takes back a gap that could not be told. */
  restore ({ topic, from_seq: from, to_seq: to }: Gap): void {
    this.#ranges.set(topic, { from, to })
  }

  /** What the client has to be told. */
  gaps (): Gap[] {
    return [...this.#ranges].map(([topic, { from, to }]) => ({ topic, from_seq: from, to_seq: to }))
  }
}
