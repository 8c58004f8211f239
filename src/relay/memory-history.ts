import { connectionOf, type TopicName } from '../hub/topics.ts'
import { jsonTextOf } from '../json-text.ts'
import { MAX_PAGE_BYTES, type HistoryKeep, type KeepOf, type StreamMessage, type StreamPage, type StreamRange } from './history.ts'
import type { NumberedMessage, Position } from './relay-message.ts'

/** A message as it was kept; once it has been read, as it was read, so that whoever reads it again gets the very same. */
type Entry = NumberedMessage | StreamMessage

/** What is kept of one topic. */
interface Kept {
  /** Up to the last one, without holes; a few more than may be read. */
  readonly messages: Entry[]
  bytes: number
  /** When all of them are outlived, on the clock of `monotonicMs`. */
  untilMs: number
}

/** Messages of a topic that follow each other. */
interface Run {
  readonly first: number
  readonly count: number
  /** Number of the last message of the topic. */
  readonly top: number
}

/** What a message takes beside its payload, about; one that has been read takes it again, with what its readers make of it. */
const MESSAGE_BYTES = 400
/** Trimming moves what stays, so it is done once for many messages. */
const SLACK = 1.25
/** How much stays when there is too much. */
const RELIEVED = 0.75
const NOT_KEPT: HistoryKeep = { size: 0, ttlMs: 0 }

/**
 * The last messages of each topic, in this process. All of a topic's are outlived at once, a while after the last one. Bounded in bytes
 * too: above, the topics that were quiet for longest lose theirs. Times are on the clock of `monotonicMs`.
 */
export class MemoryHistory {
  readonly #keepOf: KeepOf
  readonly #maxBytes: number
  /** The topic that was published to least recently comes first. */
  readonly #topics = new Map<TopicName, Kept>()
  #bytes = 0

  /** `maxBytes` is for all topics together. */
  constructor (keepOf: KeepOf, maxBytes: number) {
    this.#keepOf = keepOf
    this.#maxBytes = maxBytes
  }

  /** About so many bytes are taken: a message counts once for each of its topics. */
  get bytes (): number {
    return this.#bytes
  }

  /** True when messages of the topic are kept. */
  keeps (topic: TopicName): boolean {
    return this.#keepFor(topic).size > 0
  }

  /** Keeps a message with one of its topics: each that has a number there, in the order of the numbers. */
  keep (topic: TopicName, message: NumberedMessage, nowMs: number): void {
    const { size, ttlMs } = this.#keepFor(topic)
    if (size === 0) return
    const kept = this.#present(topic, nowMs) ?? { messages: [], bytes: 0, untilMs: 0 }
    const bytesBefore = kept.bytes
    kept.messages.push(message)
    kept.bytes += sizeOf(message)
    kept.untilMs = nowMs + ttlMs
    if (kept.messages.length > size * SLACK) trim(kept, size)
    this.#topics.delete(topic)
    this.#topics.set(topic, kept)
    this.#bytes += kept.bytes - bytesBefore
    if (this.#bytes > this.#maxBytes) this.#relieve()
  }

  /** A part of what is kept of a topic whose stream has come to the position. */
  read (topic: TopicName, { after, before = Infinity, limit }: StreamRange, position: Position, nowMs: number): StreamPage {
    const { epoch, seq } = position
    const kept = this.#present(topic, nowMs) ?? { messages: [], bytes: 0, untilMs: 0 }
    const oldest = seq + 1 - Math.min(kept.messages.length, this.#keepFor(topic).size)
    const highest = Math.min(seq, before - 1)
    const first = Math.max(oldest, after === undefined ? highest - limit + 1 : after + 1)
    const count = Math.max(0, Math.min(limit, highest - first + 1))
    const wanted = this.#take(topic, kept, { first, count, top: seq })
    return { epoch, seq, oldest, messages: after === undefined ? fitting(wanted.reverse()).reverse() : fitting(wanted) }
  }

  /** Forgets what is kept of a topic. */
  drop (topic: TopicName): void {
    this.#bytes -= this.#topics.get(topic)?.bytes ?? 0
    this.#topics.delete(topic)
  }

  /** Frees what is outlived. */
  sweep (nowMs: number): void {
    for (const topic of this.#topics.keys()) this.#present(topic, nowMs)
  }

  /** Nobody could come back to a single connection. */
  #keepFor (topic: TopicName): HistoryKeep {
    return connectionOf(topic) === undefined ? this.#keepOf(topic) : NOT_KEPT
  }

  /** What has not been read before is kept as it is read now. */
  #take (topic: TopicName, kept: Kept, { first, count, top }: Run): StreamMessage[] {
    const start = kept.messages.length - (top - first + 1)
    return kept.messages.slice(start, start + count).map((entry, index) => {
      if ('seq' in entry) return entry
      const read = inStream(entry, topic, first + index)
      kept.messages[start + index] = read
      kept.bytes += MESSAGE_BYTES
      this.#bytes += MESSAGE_BYTES
      return read
    })
  }

  #present (topic: TopicName, nowMs: number): Kept | undefined {
    const kept = this.#topics.get(topic)
    if (kept === undefined || kept.untilMs > nowMs) return kept
    this.drop(topic)
    return undefined
  }

  #relieve (): void {
    for (const topic of this.#topics.keys()) {
      if (this.#bytes <= this.#maxBytes * RELIEVED) return
      this.drop(topic)
    }
  }
}

function trim (kept: Kept, size: number): void {
  for (const message of kept.messages.splice(0, kept.messages.length - size)) kept.bytes -= sizeOf(message)
}

/** A character takes two bytes at most. */
function sizeOf (entry: Entry): number {
  if ('seq' in entry) return MESSAGE_BYTES + sizeOf(entry.message)
  return MESSAGE_BYTES + 2 * jsonTextOf(entry.event.payload).length
}

/** As many of the messages as fit into a page, from the first one on. */
function fitting (messages: StreamMessage[]): StreamMessage[] {
  let bytes = 0
  const end = messages.findIndex(({ message: { event } }, index) => {
    bytes += Buffer.byteLength(jsonTextOf(event.payload))
    return bytes > MAX_PAGE_BYTES && index > 0
  })
  return end === -1 ? messages : messages.slice(0, end)
}

/** The number finds the place: a topic may be named twice. */
function inStream (message: NumberedMessage, topic: TopicName, seq: number): StreamMessage {
  const place = message.positions.findIndex((position, index) => position?.seq === seq && message.topics[index] === topic)
  return { seq, message: { carries: [place], ...message } }
}
