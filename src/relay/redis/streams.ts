import type { TopicName } from '../../hub/topics.ts'
import type { Logger } from '../../logger.ts'
import type { MaybePromise } from '../../maybe-promise.ts'
import { Continuity, type OnDelivered } from '../continuity.ts'
import type { StreamPage, StreamRange } from '../history.ts'
import { PositionCheck } from '../position-check.ts'
import type { Deliver, OnGap } from '../relay.ts'
import type { NumberedMessage, Position } from '../relay-message.ts'
import { StreamReader, type StreamReaderParts } from './stream-reader.ts'
import type { RedisTimings } from './timings.ts'

/** What streams work with. */
export interface StreamsParts extends StreamReaderParts {
  /** Takes a message to this node's connections. */
  readonly deliver: Deliver
  readonly onGap: OnGap
  readonly timings: RedisTimings
  readonly logger: Logger
}

/** Notices of a room have no numbers, so that there is nothing to follow. */
const MEMBERS = 'members:'

/** The streams of this node's topics: what comes of them in order, where they stand, what is kept of them. */
export class Streams {
  readonly #continuity: Continuity
  readonly #reader: StreamReader
  readonly #check: PositionCheck

  constructor (parts: StreamsParts) {
    const { deliver, onGap, logger, timings: { repairRetryMs, patienceMs, answerLimitMs, positionCheckMs }, positionTtlMs } = parts
    const source = this.#reader = new StreamReader(parts)
    const continuity = this.#continuity = new Continuity({ source, deliver, onGap, logger, retryMs: repairRetryMs, patienceMs, limitMs: answerLimitMs })
    this.#check = new PositionCheck({ continuity, source, intervalMs: positionCheckMs, positionTtlMs, logger })
  }

  begin (topic: TopicName): void {
    if (!topic.startsWith(MEMBERS)) this.#continuity.begin(topic)
  }

  end (topic: TopicName): void {
    this.#continuity.end(topic)
  }

  /** Takes a message that came on a channel. */
  accept (message: NumberedMessage, onDelivered: OnDelivered): void {
    this.#continuity.accept(message, onDelivered)
  }

  interrupted (topics: readonly TopicName[]): void {
    this.#continuity.interrupted(topics)
  }

  restored (topics: readonly TopicName[]): void {
    this.#continuity.restored(topics)
  }

  /** Resolves when everything up to a place was handed on. */
  handedOn (topic: TopicName, position: Position): MaybePromise<void> {
    return this.#continuity.reached(topic, position)
  }

  /** The last place of a topic; what was published up to there has been handed on. */
  async position (topic: TopicName): Promise<Position> {
    const position = await this.#reader.position(topic)
    await this.#continuity.stand(topic, position)
    return position
  }

  /** A part of a topic's history; what was published up to its top has been handed on. */
  async read (topic: TopicName, range: StreamRange): Promise<StreamPage> {
    const page = await this.#reader.read(topic, range)
    await this.#continuity.stand(topic, page)
    return page
  }

  close (): void {
    this.#check.close()
    this.#continuity.close()
  }
}
