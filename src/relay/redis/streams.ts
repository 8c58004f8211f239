import { roomOfMembersTopic, type TopicName } from '../../hub/topics.ts'
import type { Logger } from '../../logger.ts'
import type { MaybePromise } from '../../maybe-promise.ts'
import { Continuity, type OnDelivered, type StreamSource } from '../continuity.ts'
import type { StreamPage, StreamRange } from '../history.ts'
import { inParallel } from '../in-parallel.ts'
import { PositionCheck } from '../position-check.ts'
import type { Deliver, OnGap } from '../relay.ts'
import type { NumberedMessage, Position } from '../relay-message.ts'
import type { Stream } from '../stream.ts'
import { StreamReader, type StreamReaderParts } from './stream-reader.ts'
import type { RedisTimings } from './timings.ts'

/** What streams work with. */
export interface StreamsParts extends StreamReaderParts {
  /** Takes a message to this node's connections. */
  readonly deliver: Deliver
  readonly onGap: OnGap
  /** Resolves when {@link Streams.compare} was done since the connection was made; undefined where it was. */
  readonly checked: () => Promise<void> | undefined
  readonly timings: RedisTimings
  readonly logger: Logger
}

/** Redis writes what it has confirmed to its file up to 2 s later where the disk is busy; what is older than this is safe from a crash of the server. */
const FRESH_MS = 15_000
/** Topics compared at once. */
const COMPARE_WIDTH = 32
const ALL = { known: Infinity, asked: Infinity }

/** The streams of this node's topics: what comes of them in order, where they stand, what is kept of them. */
export class Streams {
  readonly #continuity: Continuity
  readonly #reader: StreamReader
  readonly #check: PositionCheck
  readonly #parts: StreamsParts
  readonly #keeps: (topic: TopicName) => boolean

  constructor (parts: StreamsParts) {
    const { deliver, onGap, logger, timings: { repairRetryMs, patienceMs, answerLimitMs, positionCheckMs }, positionTtlMs } = parts
    this.#keeps = (topic) => parts.keepOf(topic).size > 0
    const reader = this.#reader = new StreamReader(parts)
    const { checked } = this.#parts = parts
    // Before that, numbers may be the same and mean something else.
    const source: StreamSource = {
      read: async (topic, range) => {
        await checked()
        return await reader.read(topic, range)
      },
      check: async (topics, keepsLonger) => {
        await checked()
        return await reader.check(topics, keepsLonger)
      },
      renew: async (topic, reached) => await reader.renew(topic, reached)
    }
    const continuity = this.#continuity = new Continuity({ source, deliver, onGap, logger, retryMs: repairRetryMs, patienceMs, limitMs: answerLimitMs })
    // Positions of topics that somebody is on must not run out between two rounds.
    this.#check = new PositionCheck({ continuity, source, intervalMs: Math.min(positionCheckMs, positionTtlMs / 8), positionTtlMs, logger })
  }

  begin (topic: TopicName): void {
    // Notices of a room have no numbers, so that there is nothing to follow.
    if (roomOfMembersTopic(topic) === undefined) this.#continuity.begin(topic)
  }

  end (topic: TopicName): void {
    this.#continuity.end(topic)
  }

  /** Takes a message that came on a channel. */
  accept (message: NumberedMessage, onDelivered: OnDelivered): void {
    this.#continuity.accept(message, onDelivered)
  }

  /**
   * A server that was killed or replaced may lack the last messages, though it had confirmed them: numbers that went back, or that name other
   * messages than they did, get a new epoch. To be done before this node publishes anything to it. Rejects with `UNAVAILABLE`.
   */
  async compare (): Promise<void> {
    const known = [...this.#continuity.streams].filter(([, { epoch }]) => epoch !== undefined)
    const places = await this.#reader.check(known.map(([topic]) => topic), false)
    await inParallel(known.entries(), COMPARE_WIDTH, async ([index, [topic, stream]]) => {
      const place = places[index]
      if (place === undefined || place === 'unasked' || place.epoch !== stream.epoch) return
      if (place.seq < stream.reached(ALL)) await this.#reader.renew(topic, { epoch: place.epoch, seq: stream.reached(ALL) })
      else if (stream.isFresh(FRESH_MS) && this.#keeps(topic)) await this.#compareLatest(topic, stream)
    })
  }

  async #compareLatest (topic: TopicName, stream: Stream): Promise<void> {
    const { last } = stream
    const { epoch, messages: [found] } = await this.#reader.read(topic, { after: last - 1, limit: 1 })
    if (epoch !== stream.epoch || found?.seq !== last || stream.last !== last || stream.isLatest(found.message.event)) return
    await this.#reader.renew(topic, { epoch, seq: Number.MAX_SAFE_INTEGER })
  }

  interrupted (topics: readonly TopicName[]): void {
    this.#continuity.interrupted(topics)
  }

  restored (topics: readonly TopicName[]): void {
    this.#continuity.restored(topics)
  }

  /** Resolves when everything up to a place was handed on. */
  handedOn (topic: TopicName, position: Position): MaybePromise<void> {
    if (this.#keeps(topic)) return this.#continuity.reached(topic, position)
  }

  /** The last place of a topic; what was published up to there has been handed on. */
  async position (topic: TopicName): Promise<Position> {
    await this.#parts.checked()
    return await this.#standAt(topic, await this.#reader.position(topic))
  }

  /** A part of a topic's history; what was published up to its top has been handed on. */
  async read (topic: TopicName, range: StreamRange): Promise<StreamPage> {
    await this.#parts.checked()
    return await this.#standAt(topic, await this.#reader.read(topic, range))
  }

  /** Nobody comes back to a topic of which nothing is kept, and what is fetched too soon would be told as lost: it may only be late. */
  async #standAt<Place extends Position> (topic: TopicName, place: Place): Promise<Place> {
    if (this.#keeps(topic)) await this.#continuity.stand(topic, place)
    else this.#continuity.base(topic, place)
    return place
  }

  close (): void {
    this.#check.close()
    this.#continuity.close()
  }
}
