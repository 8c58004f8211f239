import { setImmediate as endOfTurn } from 'node:timers/promises'
import { HubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { StreamMessage, StreamPage } from '../relay/history.ts'
import { banOf } from '../relay/ban-list.ts'
import type { Relay } from '../relay/relay.ts'
import type { Position } from '../relay/relay-message.ts'
import type { Connection } from './connection.ts'
import { isFor } from './past-audience.ts'
import { Replay, REPLAY_PAGE } from './replay.ts'
import type { TopicHold } from './topic-holds.ts'
import type { TopicName } from './topics.ts'

/** What a client is told of a topic that it comes back to. */
export interface ResumeState {
  /** True when everything since its position follows. */
  readonly recovered: boolean
  /** Number of the messages that follow; when nothing follows, of those that are lost, where that is known. */
  readonly missed?: number
  readonly epoch: string
  /** The position before what follows; when nothing follows, the last one. */
  readonly seq: number
}

/** A topic on its way back to a client: the answer goes out first, then `start` has the rest follow. */
export interface Resumed {
  readonly state: ResumeState
  readonly replay: Replay
}

/** A step that all topics of a request take before any of them takes the next. */
class Step {
  readonly taken: Promise<void>
  readonly #open: Set<TopicName>
  #onTaken = (): void => {}

  constructor (topics: Iterable<TopicName>) {
    this.#open = new Set(topics)
    this.taken = new Promise((resolve) => { this.#onTaken = resolve })
  }

  take (topic: TopicName): void {
    if (this.#open.delete(topic) && this.#open.size === 0) this.#onTaken()
  }
}

/**
 * The topics that come back in one request. Of a message to several of them there is to be one copy, by the first that comes back: what is
 * published while some of them are not subscribed to yet, or counted with one that cannot be had, would come twice or never.
 */
export class Reunion {
  readonly #entering: Step
  readonly #looking: Step
  readonly #back = new Set<TopicName>()

  constructor (topics: Iterable<TopicName>) {
    const all = [...topics]
    this.#entering = new Step(all)
    this.#looking = new Step(all)
  }

  /** The topic is subscribed to; resolves when all are. */
  async entered (topic: TopicName): Promise<void> {
    this.#entering.take(topic)
    await this.#entering.taken
  }

  /** It is known whether the topic comes back; resolves to those that do when it is known of all. */
  async found (topic: TopicName, isBack: boolean): Promise<ReadonlySet<TopicName>> {
    if (isBack) this.#back.add(topic)
    this.#looking.take(topic)
    await this.#looking.taken
    return this.#back
  }

  /** The topic was refused, or it failed: the others do not wait for it. */
  stayedAway (topic: TopicName): void {
    this.#entering.take(topic)
    this.#looking.take(topic)
  }
}

/** With what a client comes back to a topic. */
export interface Return {
  /** The last that it has of it. */
  readonly since: Position
  /** All topics of the same request, this one included. */
  readonly reunion: Reunion
}

/** What is asked for. */
export interface ResumeRequest extends Return {
  readonly connection: Connection
  /** The present of the topic, held back since before the connection was subscribed to it. */
  readonly hold: TopicHold
}

/** What resumption works with. */
export interface ResumptionParts {
  readonly relay: Relay
  readonly logger: Logger
}

/** Brings clients back to where they were in a topic's stream, or tells them that it cannot be done. */
export class Resumption {
  readonly #parts: ResumptionParts

  constructor (parts: ResumptionParts) {
    this.#parts = parts
  }

  /** Why a connection may be shown nothing any more: `UNAUTHORIZED` or `FORBIDDEN`; undefined for one that may. */
  refusalOf ({ identity }: Connection): HubError | undefined {
    const { expiresAtMs = Number.POSITIVE_INFINITY } = identity
    if (Date.now() >= expiresAtMs) return new HubError('UNAUTHORIZED', 'the token has expired')
    return banOf(this.#parts.relay, identity) === undefined ? undefined : new HubError('FORBIDDEN', 'this user is banned')
  }

  /** Looks for what the client has missed of one topic. Rejects with `UNAVAILABLE`. */
  async resume (request: ResumeRequest): Promise<Resumed> {
    const { connection, hold, since, reunion } = request
    const { relay, logger } = this.#parts
    await reunion.entered(hold.topic)
    const page = await relay.read(hold.topic, { after: since.seq, limit: REPLAY_PAGE })
    const isThere = this.#isThere(hold.topic, since, page)
    const topics = await reunion.found(hold.topic, isThere)
    const isWanted = (message: StreamMessage): boolean => isFor(message, connection, topics)
    const missed = isThere ? await this.#count(hold.topic, page, isWanted) : undefined
    const { epoch, seq: top } = page
    const parts = { relay, connection, hold, logger, isFor: isWanted }
    if (missed === undefined) return { state: lost(since, page), replay: new Replay(parts, { after: top, top, epoch }) }
    return { state: { recovered: true, missed, epoch, seq: since.seq }, replay: new Replay(parts, { after: since.seq, top, epoch, page }) }
  }

  /** Gives up before there is an answer: what was held back passes as if it had just come. */
  cancel (connection: Connection, hold: TopicHold): void {
    const { relay, logger } = this.#parts
    new Replay({ relay, connection, hold, logger, isFor: () => false }, { after: 0, top: 0, epoch: '' }).skip()
  }

  #isThere (topic: TopicName, since: Position, { epoch, seq, messages: [first] }: StreamPage): boolean {
    if (!this.#parts.relay.keeps(topic) || epoch !== since.epoch || since.seq > seq) return false
    return since.seq === seq || first?.seq === since.seq + 1
  }

  /** How many messages will follow; undefined when some of them were dropped from the history meanwhile. */
  async #count (topic: TopicName, first: StreamPage, isWanted: (message: StreamMessage) => boolean): Promise<number | undefined> {
    let count = first.messages.filter(isWanted).length
    for (let last = first.messages.at(-1)?.seq ?? first.seq; last < first.seq;) {
      // Where reading takes no time, it must not take all of it.
      await endOfTurn()
      const { epoch, messages } = await this.#parts.relay.read(topic, { after: last, before: first.seq + 1, limit: REPLAY_PAGE })
      if (epoch !== first.epoch || messages[0]?.seq !== last + 1) return undefined
      count += messages.filter(isWanted).length
      last = messages.at(-1)?.seq ?? first.seq
    }
    return count
  }
}

function lost (since: Position, { epoch, seq }: StreamPage): ResumeState {
  const isKnown = since.epoch === epoch && since.seq <= seq
  return { recovered: false, ...(isKnown && { missed: seq - since.seq }), epoch, seq }
}
