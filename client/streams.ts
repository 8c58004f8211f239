import { ClosedError, HubError, RefusedError, TimeoutError, TooLargeError } from './errors.ts'
import type { Gap, Message, Position, Refusal, Standing, Welcome } from './protocol.ts'
import { isPassing } from './refusal.ts'
import { Stream } from './stream.ts'

/** A topic's entry in `resumed`. */
type Outcome = Standing & { readonly error?: Refusal }

/** What came of asking for what a topic has missed. */
export interface Recovery {
  readonly topic: string
  /** True when everything that was missed follows. */
  readonly recovered: boolean
  /** How many messages follow or, without recovery, are lost, where that is known. */
  readonly missed?: number
  /** Why the topic is not followed any more. */
  readonly error?: HubError
}

/** What the streams of a hub need of it. */
export interface StreamsWorld {
  /** Sends `resume`; resolves with the payload of `resumed`, with undefined when the connection ended first. */
  readonly resume: (topics: Record<string, object>) => Promise<unknown>
  /** False for a room that was left: the service may not have heard of it yet. */
  readonly isWanted: (topic: string) => boolean
  /** True where coming back means being a member again. */
  readonly isMember: (topic: string) => boolean
  readonly pass: (frame: Message) => void
  readonly onRecovery: (recovery: Recovery) => void
}

/** Most topics of one `resume`. */
const MAX_TOPICS = 128
/** A position that no stream has: the answer to it tells the top. */
const NOWHERE: Position = { epoch: 'none', seq: 0 }
const RETRY_MS = { least: 200, most: 1_000 }

/** All topics that a client follows: knows their places, asks for what was missed. */
export class Streams {
  readonly #world: StreamsWorld
  readonly #streams = new Map<string, Stream>()
  readonly #toRetry = new Set<Stream>()
  #retry: ReturnType<typeof setTimeout> | undefined

  constructor (world: StreamsWorld) {
    this.#world = world
  }

  /** True when the topic's messages come on this connection. */
  isFollowed (topic: string): boolean {
    return this.#streams.get(topic)?.isFollowed === true
  }

  /** True while the service is asked what was missed. */
  isReturning (topic: string): boolean {
    return this.#streams.get(topic)?.isFollowed === false
  }

  /** Topics of the user begin where the greeting says; those known from before are asked for. */
  opened ({ user_id: userId, positions = {} }: Pick<Welcome, 'user_id' | 'positions'>): void {
    const own = `user:${userId}`
    // A guest is somebody else on each connection.
    for (const topic of this.#streams.keys()) if (topic.startsWith('user:') && topic !== own) this.forget(topic)
    if (positions[own] === undefined && !this.#streams.has(own)) this.#streams.set(own, new Stream(own))
    const known = [...this.#streams.values()]
    for (const [topic, position] of Object.entries(positions)) if (!this.#streams.has(topic)) this.entered(topic, position)
    this.#ask(known)
  }

  lost (): void {
    clearTimeout(this.#retry)
    this.#toRetry.clear()
    for (const stream of this.#streams.values()) {
      if (this.#world.isWanted(stream.topic)) stream.lost()
      else this.forget(stream.topic)
    }
  }

  /** The service has told where a topic stands. */
  entered (topic: string, standing: Standing): void {
    const stream = this.#streams.get(topic) ?? new Stream(topic)
    this.#streams.set(topic, stream)
    // Asked again, the answer repeats what is known: what is on its way counts on from the old place.
    if (!stream.isFollowed) this.#pass(stream.answered(standing))
  }

  forget (topic: string): void {
    const stream = this.#streams.get(topic)
    this.#streams.delete(topic)
    if (stream !== undefined) this.#toRetry.delete(stream)
  }

  /** True when a frame is to be passed on now: it is new, and in its place. */
  take (frame: Message): boolean {
    const topic = topicOf(frame)
    return topic === undefined || this.#streams.get(topic)?.take(frame) !== false
  }

  /** A message of this client has a place. */
  acked (topic: string, position: Position): void {
    this.#streams.get(topic)?.acked(position)
  }

  /** The service says that messages of a topic did not come: they are asked for. */
  missed ({ topic, from_seq: from }: Gap): void {
    const stream = this.#streams.get(topic)
    if (stream?.isFollowed !== true) return
    stream.rewind(from - 1)
    this.#ask([stream])
  }

  #ask (streams: readonly Stream[]): void {
    for (const stream of streams) stream.ask()
    for (let start = 0; start < streams.length; start += MAX_TOPICS) this.#resume(streams.slice(start, start + MAX_TOPICS))
  }

  async #resume (streams: readonly Stream[]): Promise<void> {
    const claims = streams.map(({ topic, position = NOWHERE }) => [topic, { ...position, ...(this.#world.isMember(topic) && { member: true }) }])
    try {
      await this.#world.resume(Object.fromEntries(claims))
    } catch (error) {
      this.#failed(streams.filter((stream) => this.#streams.get(stream.topic) === stream), error)
    }
  }

  /** Takes the payload of `resumed`, in the turn in which it comes: what it promises follows at once. */
  resumed ({ topics }: { readonly topics: Readonly<Record<string, Outcome>> }): void {
    for (const [topic, outcome] of Object.entries(topics)) {
      const stream = this.#streams.get(topic)
      if (stream !== undefined) this.#returned(stream, outcome)
    }
  }

  #returned (stream: Stream, outcome: Outcome): void {
    const { topic, position } = stream
    const { error, recovered = false, missed } = outcome
    if (error !== undefined) return this.#refused(stream, new RefusedError(error.code, error.message, error.severity))
    const held = stream.answered(outcome)
    if (position !== undefined) this.#world.onRecovery({ topic, recovered, ...(missed !== undefined && { missed }) })
    this.#pass(held)
  }

  #failed (streams: readonly Stream[], error: unknown): void {
    const [only, ...others] = streams
    if (error instanceof TimeoutError) for (const stream of streams) this.#askLater(stream)
    else if (others.length > 0 && error instanceof TooLargeError) this.#resumeHalves(streams)
    // All were refused, perhaps each for a reason of its own: one by one they are told.
    else if (others.length > 0 && error instanceof RefusedError) for (const stream of streams) this.#resume([stream])
    else if (only !== undefined && error instanceof HubError && !(error instanceof ClosedError)) this.#refused(only, error)
  }

  /** Names of topics may be long, and frames of this service short. */
  #resumeHalves (streams: readonly Stream[]): void {
    const middle = Math.ceil(streams.length / 2)
    this.#resume(streams.slice(0, middle))
    this.#resume(streams.slice(middle))
  }

  #refused (stream: Stream, error: HubError): void {
    if (isPassing(error.code)) return this.#askLater(stream)
    this.forget(stream.topic)
    this.#world.onRecovery({ topic: stream.topic, recovered: false, error })
  }

  #askLater (stream: Stream): void {
    this.#toRetry.add(stream)
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      const streams = [...this.#toRetry]
      this.#toRetry.clear()
      this.#ask(streams)
    }, RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least))
  }

  #pass (frames: readonly Message[]): void {
    for (const frame of frames) this.#world.pass(frame)
  }
}

export function roomTopic (room: string): string {
  return `room:${room}`
}

function topicOf ({ topic, room, seq }: Message): string | undefined {
  if (seq === undefined) return undefined
  return topic ?? (room === undefined ? undefined : roomTopic(room))
}
