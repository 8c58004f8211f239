import { randomUUID } from 'node:crypto'
import { connectionOf, type TopicName } from '../hub/topics.ts'
import type { Position } from './relay-message.ts'

interface Stream {
  readonly epoch: string
  seq: number
  /** On the clock of `monotonicMs`. */
  usedAtMs: number
}

/** How a {@link Numbering} behaves. */
export interface NumberingOptions {
  /** About so many topics keep their numbering without a listener. */
  readonly maxStreams: number
  /** How long a numbering outlives its last message, ms. */
  readonly positionTtlMs: number
  /** Told of each topic whose numbering is forgotten. */
  readonly onForgotten?: (topic: TopicName) => void
}

/**
 * Numbers the messages of each topic. A numbering outlives its listeners, so that who comes back finds its place; how long,
 * and how many there may be without listeners, is bounded: topics have names that clients make up. Times are on the clock of `monotonicMs`.
 *
 * A position of a forgotten numbering must not be taken for one of the next, yet a quiet topic should stay in its epoch. So epochs differ
 * by period, each as long as a numbering outlives its last message: one that is forgotten after that silence was begun in an earlier
 * period than the one that follows it. Only where memory makes one go before its time, the number of such evictions makes the difference.
 */
export class Numbering {
  readonly #process = randomUUID()
  readonly #streams = new Map<TopicName, Stream>()
  /** Topics with listeners, each with the epoch of its stream, which may not have begun: nearly no user's topic ever does. */
  readonly #watched = new Map<TopicName, string>()
  readonly #options: NumberingOptions
  #evictAbove: number
  #earlyEvictions = 0
  /** Shared by all that begin at the same time: it takes more memory than the rest of a stream. */
  #epoch = ''

  constructor (options: NumberingOptions) {
    this.#options = options
    this.#evictAbove = options.maxStreams
  }

  /** Topics with a numbering. */
  get size (): number {
    return this.#streams.size
  }

  /** The next place in the stream of each topic; undefined for a single connection, which has none: nobody could come back to it. */
  next (topics: readonly TopicName[], nowMs: number): Array<Position | undefined> {
    // Before the first of them is numbered: none of a message's numberings may go while it is under way.
    if (this.#streams.size >= this.#evictAbove) this.#evict()
    return topics.map((topic) => connectionOf(topic) === undefined ? this.#next(topic, nowMs) : undefined)
  }

  /** The last place in the topic's stream. */
  position (topic: TopicName, nowMs: number): Position {
    const { epoch, seq } = this.#streams.get(topic) ?? { epoch: this.#firstEpoch(topic, nowMs), seq: 0 }
    return { epoch, seq }
  }

  /** Somebody listens: the numbering must not be forgotten under him, nor change its epoch before the first message. */
  watch (topic: TopicName, nowMs: number): void {
    this.#watched.set(topic, this.position(topic, nowMs).epoch)
  }

  /** The end of {@link watch}. */
  unwatch (topic: TopicName): void {
    this.#watched.delete(topic)
  }

  /** Forgets numberings without listeners that have outlived their last message. */
  sweep (nowMs: number): void {
    const sinceMs = nowMs - this.#options.positionTtlMs
    const outlived = [...this.#streams].filter(([topic, { usedAtMs }]) => usedAtMs < sinceMs && !this.#watched.has(topic))
    this.#drop(outlived.map(([topic]) => topic))
  }

  #next (topic: TopicName, nowMs: number): Position {
    const stream = this.#streams.get(topic) ?? this.#begin(topic, nowMs)
    stream.seq += 1
    stream.usedAtMs = nowMs
    return { epoch: stream.epoch, seq: stream.seq }
  }

  #begin (topic: TopicName, nowMs: number): Stream {
    const stream = { epoch: this.#firstEpoch(topic, nowMs), seq: 0, usedAtMs: nowMs }
    this.#streams.set(topic, stream)
    return stream
  }

  /** The epoch in which a stream begins. */
  #firstEpoch (topic: TopicName, nowMs: number): string {
    return this.#watched.get(topic) ?? this.#epochAt(nowMs)
  }

  #epochAt (nowMs: number): string {
    const epoch = `${this.#process}.${Math.floor(nowMs / this.#options.positionTtlMs)}.${this.#earlyEvictions}`
    if (epoch !== this.#epoch) this.#epoch = epoch
    return this.#epoch
  }

  /** Drops a quarter, the oldest without listeners. Those with listeners are as many as there are connections, and not dropped. */
  #evict (): void {
    const idle = [...this.#streams.keys()].filter((topic) => !this.#watched.has(topic))
    const early = idle.slice(0, Math.ceil(this.#streams.size / 4))
    if (early.length > 0) this.#earlyEvictions += 1
    this.#drop(early)
    this.#evictAbove = Math.max(this.#options.maxStreams, 2 * this.#watched.size)
  }

  #drop (topics: readonly TopicName[]): void {
    for (const topic of topics) {
      this.#streams.delete(topic)
      this.#options.onForgotten?.(topic)
    }
  }
}
