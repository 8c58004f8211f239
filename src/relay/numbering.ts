import { randomUUID } from 'node:crypto'
import { monotonicMs } from '../clock.ts'
import type { TopicName } from '../hub/topics.ts'
import type { Position } from './relay-message.ts'

interface Stream {
  readonly epoch: string
  seq: number
  /** On the clock of `monotonicMs`. */
  usedAtMs: number
}

/**
 * Numbers the messages of each topic. A numbering outlives its listeners, so that who comes back finds its place; how long,
 * and how many there may be without listeners, is bounded: topics have names that clients make up.
 */
export class Numbering {
  /** Epoch of the numberings that begin now. */
  #epoch = randomUUID()
  readonly #streams = new Map<TopicName, Stream>()
  readonly #watched = new Set<TopicName>()
  readonly #maxStreams: number
  #evictAbove: number

  constructor (maxStreams: number) {
    this.#maxStreams = maxStreams
    this.#evictAbove = maxStreams
  }

  /** Topics with a numbering. */
  get size (): number {
    return this.#streams.size
  }

  /** The next place in the topic's stream. */
  next (topic: TopicName): Position {
    const stream = this.#streams.get(topic) ?? this.#begin(topic)
    stream.seq += 1
    stream.usedAtMs = monotonicMs()
    return { epoch: stream.epoch, seq: stream.seq }
  }

  /** The last place in the topic's stream. */
  position (topic: TopicName): Position {
    const { epoch, seq } = this.#streams.get(topic) ?? { epoch: this.#epoch, seq: 0 }
    return { epoch, seq }
  }

  /** Somebody listens: the numbering must not be forgotten under him. */
  watch (topic: TopicName): void {
    this.#watched.add(topic)
  }

  /** The end of {@link watch}. */
  unwatch (topic: TopicName): void {
    this.#watched.delete(topic)
  }

  /** Forgets numberings without listeners that were last used before a time on the clock of `monotonicMs`. */
  forget (beforeMs: number): void {
    this.#drop([...this.#streams].filter(([, { usedAtMs }]) => usedAtMs < beforeMs).map(([topic]) => topic))
  }

  #begin (topic: TopicName): Stream {
    if (this.#streams.size >= this.#evictAbove) this.#evict()
    const stream = { epoch: this.#epoch, seq: 0, usedAtMs: 0 }
    this.#streams.set(topic, stream)
    return stream
  }

  /** Drops a quarter, the oldest without listeners. Those with listeners are as many as there are connections, and not dropped. */
  #evict (): void {
    const idle = [...this.#streams.keys()].filter((topic) => !this.#watched.has(topic))
    this.#drop(idle.slice(0, Math.ceil(this.#streams.size / 4)))
    this.#evictAbove = Math.max(this.#maxStreams, 2 * this.#watched.size)
  }

  #drop (topics: readonly TopicName[]): void {
    const outlived = topics.filter((topic) => !this.#watched.has(topic))
    if (outlived.length === 0) return
    for (const topic of outlived) this.#streams.delete(topic)
    // A position of a forgotten numbering must not be taken for one of the next.
    this.#epoch = randomUUID()
  }
}
