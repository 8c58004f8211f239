import type { TopicName } from '../hub/topics.ts'
import type { Logger } from '../logger.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import type { StreamPage, StreamRange } from './history.ts'
import type { Deliver, OnGap } from './relay.ts'
import type { NumberedMessage, Position } from './relay-message.ts'
import { Stream, type Arrival } from './stream.ts'
import { StreamRepair } from './stream-repair.ts'

/** Where a topic stands: undefined when the store knows nothing of it, `unasked` when the server that should know did not answer. */
export type Place = Position | 'unasked' | undefined

/** Where streams are kept. Everything may reject with `UNAVAILABLE`. */
export interface StreamSource {
  read (topic: TopicName, range: StreamRange): Promise<StreamPage>
  /** The last places, in the order of the topics. Keeps them for longer when asked to. */
  check (topics: readonly TopicName[], keepsLonger: boolean): Promise<readonly Place[]>
  /** Begins a new epoch for a topic whose numbers went back below one that they had reached. */
  renew (topic: TopicName, reached: Position): Promise<void>
}

/** What continuity works with. */
export interface ContinuityParts {
  readonly source: StreamSource
  /** Takes a message to this node's connections. */
  readonly deliver: Deliver
  readonly onGap: OnGap
  readonly logger: Logger
  /** A repair that could not be done is tried again after so long, ms. */
  readonly retryMs: number
  /** A message that is said to have been published is waited for so long before it is fetched, ms. */
  readonly patienceMs: number
  /** A place that is not reached within so long is not waited for any more, ms. */
  readonly limitMs: number
}

/** Told how many connections of this node a message was queued to, once it was. */
export type OnDelivered = (recipients: number) => void

/**
 * Sees to it that this node is handed each message of its topics once and in order, though the way from the store may lose some, and
 * though some are fetched a second time: what comes too early waits for a repair, what came before is dropped.
 */
export class Continuity {
  readonly #parts: ContinuityParts
  readonly #repair: StreamRepair
  readonly #streams = new Map<TopicName, Stream>()

  constructor (parts: ContinuityParts) {
    this.#parts = parts
    this.#repair = new StreamRepair(parts, (topic) => this.#streams.get(topic))
  }

  /** The topics that are watched over, with what is known of their streams. */
  get streams (): ReadonlyMap<TopicName, Stream> {
    return this.#streams
  }

  /** This node has its first connection on the topic. */
  begin (topic: TopicName): void {
    if (!this.#streams.has(topic)) this.#streams.set(topic, new Stream())
  }

  /** This node has no connection on the topic any more. */
  end (topic: TopicName): void {
    this.#streams.get(topic)?.abandon()
    this.#streams.delete(topic)
  }

  /** Takes a message that came on its way; it is delivered now, later, or never when it was before. */
  accept (message: NumberedMessage, onDelivered: OnDelivered): void {
    const { topics, carries = [...topics.keys()] } = message
    const [place = 0] = carries
    if (carries.length === 1) {
      if (this.#mayPass(place, { message, onDelivered })) onDelivered(this.#parts.deliver(message))
      return
    }
    let open = carries.length
    let total = 0
    const onPart = (recipients: number, parts = 1): void => {
      total += recipients
      open -= parts
      if (open === 0) onDelivered(total)
    }
    const passing = carries.filter((one) => this.#mayPass(one, { message: { ...message, carries: [one] }, onDelivered: onPart }))
    if (passing.length > 0) onPart(this.#parts.deliver({ ...message, carries: passing }), passing.length)
  }

  /** Nothing arrives for the topics until {@link restored}, and whatever comes first then may be far ahead. */
  interrupted (topics: Iterable<TopicName>): void {
    for (const topic of topics) this.#streams.get(topic)?.hold()
  }

  /** Messages of the topics arrive again: what was missed meanwhile is fetched. */
  restored (topics: Iterable<TopicName>): void {
    const known = [...topics].filter((topic) => this.#streams.get(topic)?.epoch !== undefined)
    if (known.length > 0) this.#repair.verify(known)
  }

  /** The place was read from the store: from there on nothing of the topic is to be missed. */
  base (topic: TopicName, position: Position): void {
    const stream = this.#streams.get(topic)
    if (stream?.epoch === undefined) stream?.settle(position)
  }

  /** The same; resolves when {@link reached}. */
  stand (topic: TopicName, position: Position): MaybePromise<void> {
    this.base(topic, position)
    return this.reached(topic, position)
  }

  /**
   * Resolves when the node has been handed everything up to a place that it was told of; at once where it does not know yet from where on to
   * follow, as whoever came to the topic has been told of no place either. Rejects with `UNAVAILABLE`.
   */
  reached (topic: TopicName, position: Position): MaybePromise<void> {
    const stream = this.#streams.get(topic)
    if (stream?.epoch === undefined || stream.isAt(position)) return
    return this.#waitFor(topic, stream, position)
  }

  /** Fetches what is missing of a topic. */
  repair (topic: TopicName): void {
    this.#repair.begin(topic)
  }

  close (): void {
    this.#repair.close()
    for (const stream of this.#streams.values()) stream.abandon()
    this.#streams.clear()
  }

  /** True for a message that can be delivered by the topic at a place of its list; any other is seen to. */
  #mayPass (place: number, arrival: Arrival): boolean {
    const { topics, positions } = arrival.message
    const topic = topics[place] ?? ''
    const position = positions[place]
    const stream = position === undefined ? undefined : this.#streams.get(topic)
    // Without a number there is nothing to miss, and without a stream nobody here who might.
    if (position === undefined || stream === undefined) return true
    const step = stream.take(position, arrival.message.event)
    if (step === 'deliver') return true
    if (step === 'drop') arrival.onDelivered(0)
    else stream.keep(position, arrival)
    if (step === 'repair') this.#repair.begin(topic)
    return false
  }

  async #waitFor (topic: TopicName, stream: Stream, position: Position): Promise<void> {
    const isFollowing = stream.epoch === position.epoch && !stream.isHeld
    const timer = setTimeout(() => this.#repair.begin(topic), isFollowing ? this.#parts.patienceMs : 0)
    try {
      await stream.whenAt(position, this.#parts.limitMs)
    } finally {
      clearTimeout(timer)
    }
  }
}
