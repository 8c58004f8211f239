import type { TopicName } from '../hub/topics.ts'
import type { ContinuityParts } from './continuity.ts'
import type { StreamPage } from './history.ts'
import { inParallel } from './in-parallel.ts'
import type { NumberedMessage } from './relay-message.ts'
import type { HeldArrival, Stream } from './stream.ts'

/** Messages fetched at once. */
const PAGE = 100
/** Topics repaired at once. */
const WIDTH = 16
/** Topics whose places are compared in one call. */
const VERIFY_CHUNK = 500

/** Finds the stream of a topic; undefined once nobody here wants it any more. */
export type FindStream = (topic: TopicName) => Stream | undefined

/** What there is to hand on, by number. */
interface Found {
  readonly held: ReadonlyMap<number, HeldArrival>
  readonly stored: ReadonlyMap<number, NumberedMessage>
  /** Up to this number it is complete: what is missing is lost. */
  readonly end: number
}

/** Fetches what a stream lacks, hands it on in order, and tells what cannot be had. */
export class StreamRepair {
  readonly #parts: ContinuityParts
  readonly #find: FindStream
  readonly #underWay = new Set<Stream>()
  /** Topics whose repair did not succeed, until it is tried again. */
  readonly #failed = new Set<TopicName>()
  #retry: NodeJS.Timeout | undefined
  #isOpen = true

  constructor (parts: ContinuityParts, find: FindStream) {
    this.#parts = parts
    this.#find = find
  }

  /** Repairs a topic; harmless while that is under way. */
  begin (topic: TopicName): void {
    this.#repair(topic).catch((err: unknown) => this.#tryLater([topic], err))
  }

  /** Looks which of the topics lack something, and repairs those. */
  verify (topics: readonly TopicName[]): void {
    this.#verify(topics).catch((err: unknown) => this.#tryLater(topics, err))
  }

  close (): void {
    this.#isOpen = false
    clearTimeout(this.#retry)
  }

  async #verify (topics: readonly TopicName[]): Promise<void> {
    for (let start = 0; start < topics.length && this.#isOpen; start += VERIFY_CHUNK) {
      const chunk = topics.slice(start, start + VERIFY_CHUNK)
      const places = await this.#parts.source.check(chunk, false)
      const behind = chunk.filter((topic, index) => {
        const stream = this.#find(topic)
        const place = places[index]
        if (stream === undefined || place === undefined || place.epoch !== stream.epoch || place.seq !== stream.last) return stream !== undefined
        // Nothing was missed; what has come meanwhile follows.
        if (stream.isHeld) this.#handOn(topic, stream, { ...place, oldest: place.seq + 1, messages: [] }, 0)
        return stream.isHeld
      })
      await inParallel(behind, WIDTH, (topic) => this.#repair(topic))
    }
  }

  async #repair (topic: TopicName): Promise<void> {
    const stream = this.#find(topic)
    if (stream === undefined || this.#underWay.has(stream)) return
    this.#underWay.add(stream)
    try {
      stream.hold()
      while (this.#isOpen && stream.isHeld) await this.#step(topic, stream)
    } finally {
      this.#underWay.delete(stream)
    }
  }

  async #step (topic: TopicName, stream: Stream): Promise<void> {
    const { source } = this.#parts
    const known = stream.heldCount
    const page = await source.read(topic, { after: stream.last, limit: PAGE })
    if (this.#find(topic) !== stream) return
    const reached = stream.reached(known)
    // A failover to a replica that lacks the last messages.
    if (page.epoch === stream.epoch && page.seq < reached) return await source.renew(topic, { epoch: page.epoch, seq: reached })
    this.#handOn(topic, stream, page, known)
  }

  /**
   * Hands on what a page and the waiting messages have, as far as that goes; when that is all there is, nothing waits any more. `known` is
   * the number of messages that waited when the page was asked for.
   */
  #handOn (topic: TopicName, stream: Stream, page: StreamPage, known: number): void {
    if (page.epoch !== stream.epoch) this.#beginAnew(topic, stream, page)
    const arrivals = stream.takeHeld()
    const held = new Map(arrivals.filter(({ position }) => position.epoch === page.epoch).map((arrival) => [arrival.position.seq, arrival]))
    // A page whose messages end below the top was too long for one.
    const end = page.messages.at(-1)?.seq ?? page.seq
    this.#deliverAll(topic, stream, { held, stored: new Map(page.messages.map(({ seq, message }) => [seq, message])), end })
    const waiting: HeldArrival[] = []
    for (const [index, arrival] of arrivals.entries()) {
      if (isStillToCome(arrival, stream, index >= known)) waiting.push(arrival)
      else if (!arrival.isDelivered) arrival.onDelivered(0)
    }
    if (waiting.length > 0) stream.putBack(waiting)
    else if (end >= page.seq) stream.release()
  }

  #deliverAll (topic: TopicName, stream: Stream, { held, stored, end }: Found): void {
    const isThere = (seq: number): boolean => held.has(seq) || stored.has(seq)
    for (let next = stream.last + 1; next <= end || held.has(next); next = stream.last + 1) {
      const message = held.get(next)?.message ?? stored.get(next)
      if (message === undefined) stream.advance(this.#tellGap(topic, next, end, isThere))
      else this.#deliver(stream, next, message, held.get(next))
    }
  }

  #deliver (stream: Stream, seq: number, message: NumberedMessage, arrival: HeldArrival | undefined): void {
    stream.advance(seq)
    const recipients = this.#parts.deliver(message)
    if (arrival === undefined) return
    arrival.isDelivered = true
    arrival.onDelivered(recipients)
  }

  /** Tells the loss of everything from a number up to the next message that there is; returns the last number that is lost. */
  #tellGap (topic: TopicName, from: number, end: number, isThere: (seq: number) => boolean): number {
    let to = from
    while (to < end && !isThere(to + 1)) to += 1
    this.#parts.logger.warn({ topic, from_seq: from, to_seq: to }, 'messages were lost on their way to this node')
    this.#parts.onGap({ topic, from_seq: from, to_seq: to })
    return to
  }

  /** The store was lost, or went back: nobody knows what the old numbering still had. */
  #beginAnew (topic: TopicName, stream: Stream, { epoch, seq }: StreamPage): void {
    this.#parts.logger.warn({ topic, seq }, 'the numbering of a topic has begun anew')
    this.#parts.onGap({ topic, from_seq: 1, to_seq: seq })
    stream.settle({ epoch, seq: 0 })
  }

  #tryLater (topics: readonly TopicName[], err: unknown): void {
    if (!this.#isOpen) return
    this.#parts.logger.debug({ err, topics: topics.length }, 'could not fetch what was missed, will try again')
    for (const topic of topics) this.#failed.add(topic)
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined
      const failed = [...this.#failed]
      this.#failed.clear()
      this.verify(failed)
    }, this.#parts.retryMs)
  }
}

/** True for a message whose turn has not come; one of another numbering is of a newer one if it came after the page had been asked for. */
function isStillToCome ({ position: { epoch, seq } }: HeldArrival, stream: Stream, isNewer: boolean): boolean {
  return epoch === stream.epoch ? seq > stream.last : isNewer
}
