import type { TopicName } from '../hub/topics.ts'
import type { ContinuityParts, Place } from './continuity.ts'
import type { StreamPage } from './history.ts'
import { inParallel } from './in-parallel.ts'
import type { NumberedMessage, Position } from './relay-message.ts'
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
  /** Up to this number all is told as lost already. */
  readonly told: number
}

/** What there was when the store was asked. */
interface BeforeRead {
  /** So many messages waited. */
  readonly known: number
  /** So often a place had been waited for. */
  readonly asked: number
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
      // What fails does not keep the others waiting.
      await this.#verifyChunk(chunk).catch((err: unknown) => this.#tryLater(chunk, err))
    }
  }

  async #verifyChunk (topics: readonly TopicName[]): Promise<void> {
    const places = await this.#parts.source.check(topics, false)
    const unasked = topics.filter((_, index) => places[index] === 'unasked')
    if (unasked.length > 0) this.#tryLater(unasked, new Error('a server did not say where its topics stand'))
    const behind = topics.filter((topic, index) => this.#isBehind(topic, places[index]))
    await inParallel(behind, WIDTH, (topic) => this.#repair(topic).catch((err: unknown) => this.#tryLater([topic], err)))
  }

  /** True when something was missed; otherwise what has come meanwhile follows. */
  #isBehind (topic: TopicName, place: Place): boolean {
    const stream = this.#find(topic)
    if (stream === undefined || place === 'unasked') return false
    if (place === undefined || !isSamePlace(place, stream)) return true
    if (stream.isHeld) this.#handOn(topic, stream, { ...place, oldest: place.seq + 1, messages: [] }, { known: 0, asked: 0 })
    return stream.isHeld || stream.isAwaited
  }

  async #repair (topic: TopicName): Promise<void> {
    const stream = this.#find(topic)
    if (stream === undefined || this.#underWay.has(stream)) return
    this.#underWay.add(stream)
    try {
      stream.hold()
      while (this.#isOpen && this.#find(topic) === stream && (stream.isHeld || stream.isAwaited)) await this.#step(topic, stream)
    } finally {
      this.#underWay.delete(stream)
    }
  }

  async #step (topic: TopicName, stream: Stream): Promise<void> {
    const before = { known: stream.heldCount, asked: stream.asked }
    const page = await this.#read(topic, stream)
    if (this.#find(topic) !== stream) return
    const reached = stream.reached(before)
    // A failover to a replica that lacks the last messages.
    if (page.epoch === stream.epoch && page.seq < reached) return await this.#parts.source.renew(topic, { epoch: page.epoch, seq: reached })
    this.#handOn(topic, stream, page, before)
  }

  /** What comes after the last message; of a numbering that has begun anew, what there is from its beginning. */
  async #read (topic: TopicName, { epoch, last }: Stream): Promise<StreamPage> {
    const { source } = this.#parts
    const page = await source.read(topic, { after: last, limit: PAGE })
    const isCut = page.epoch !== epoch && last > 0 && page.oldest <= page.seq
    return isCut ? await source.read(topic, { after: 0, limit: PAGE }) : page
  }

  /** Hands on what a page and the waiting messages have, as far as that goes; when that is all there is, nothing waits any more. */
  #handOn (topic: TopicName, stream: Stream, page: StreamPage, { known, asked }: BeforeRead): void {
    const told = page.epoch === stream.epoch ? 0 : this.#beginAnew(topic, stream, page)
    const arrivals = stream.takeHeld()
    const held = new Map(arrivals.filter(({ position }) => position.epoch === page.epoch).map((arrival) => [arrival.position.seq, arrival]))
    // A page whose messages end below the top was too long for one.
    const end = page.messages.at(-1)?.seq ?? page.seq
    this.#deliverAll(topic, stream, { held, stored: new Map(page.messages.map(({ seq, message }) => [seq, message])), end, told })
    const waiting: HeldArrival[] = []
    for (const [index, arrival] of arrivals.entries()) {
      if (this.#find(topic) === stream && isStillToCome(arrival, stream, index >= known)) waiting.push(arrival)
      else if (!arrival.isDelivered) arrival.onDelivered(0)
    }
    if (waiting.length > 0) stream.putBack(waiting)
    else if (stream.last >= page.seq) stream.release(asked)
  }

  #deliverAll (topic: TopicName, stream: Stream, { held, stored, end, told }: Found): void {
    const isThere = (seq: number): boolean => held.has(seq) || stored.has(seq)
    for (let next = stream.last + 1; next <= end || held.has(next); next = stream.last + 1) {
      const message = held.get(next)?.message ?? stored.get(next)
      if (message !== undefined) this.#deliver(stream, next, message, held.get(next))
      else if (next <= told) stream.advance(next)
      else stream.advance(this.#tellGap(topic, next, end, isThere))
    }
  }

  #deliver (stream: Stream, seq: number, message: NumberedMessage, arrival: HeldArrival | undefined): void {
    stream.advance(seq, message.event)
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

  /** The store was lost, or went back: nobody knows what the old numbering still had. Returns the last number that is told as lost. */
  #beginAnew (topic: TopicName, stream: Stream, { epoch, oldest }: StreamPage): number {
    const told = oldest - 1
    this.#parts.logger.warn({ topic, seq: told }, 'the numbering of a topic has begun anew')
    this.#parts.onGap({ topic, from_seq: 0, to_seq: told, epoch })
    stream.settle({ epoch, seq: 0 })
    return told
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

function isSamePlace ({ epoch, seq }: Position, stream: Stream): boolean {
  return epoch === stream.epoch && seq === stream.last
}

/** True for a message whose turn has not come; one of another numbering is of a newer one if it came after the page had been asked for. */
function isStillToCome ({ position: { epoch, seq } }: HeldArrival, stream: Stream, isNewer: boolean): boolean {
  return epoch === stream.epoch ? seq > stream.last : isNewer
}
