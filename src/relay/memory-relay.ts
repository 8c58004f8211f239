import { randomUUID } from 'node:crypto'
import { monotonicMs } from '../clock.ts'
import { HubError } from '../errors.ts'
import type { TopicName } from '../hub/topics.ts'
import { JsonText, jsonTextOf } from '../json-text.ts'
import { andThen, attempt, type MaybePromise } from '../maybe-promise.ts'
import type { KeepOf, StreamPage, StreamRange } from './history.ts'
import { DEFAULT_POSITION_TTL_MS, defaultKeepOf } from './history-rules.ts'
import { MemoryBans } from './memory-bans.ts'
import { MemoryChangeLog } from './memory-change-log.ts'
import { MemoryHistory } from './memory-history.ts'
import { MemoryPresence } from './memory-presence.ts'
import { MemoryTickets } from './memory-tickets.ts'
import { Numbering } from './numbering.ts'
import { publishKey } from './publish-key.ts'
import type { AnswerQuestion, Answers, Question } from './question.ts'
import { Repeats } from './repeats.ts'
import type { Deliver, Relay, RelayStatus } from './relay.ts'
import type { OutboundEvent, Position, PublishResult, RelayMessage } from './relay-message.ts'

/** How a {@link MemoryRelay} behaves; times in milliseconds. */
export interface MemoryRelayOptions {
  /** How this node is called; a random id when none is given. */
  readonly nodeId?: string
  /** What is kept of a topic. */
  readonly keepOf?: KeepOf
  /** How long a topic's numbering outlives its last message (24 h by default, as Redis keeps it). */
  readonly positionTtlMs?: number
  /** How often outlived numberings and messages are looked for. */
  readonly sweepIntervalMs?: number
  /** About so many topics keep their numbering without a listener (about 250 bytes each). */
  readonly maxStreams?: number
  /** So many published ids are remembered at most (about 150 bytes each). */
  readonly maxKeys?: number
  /** About so many bytes of messages are kept; above, the topics that were quiet for longest lose theirs. */
  readonly maxHistoryBytes?: number
}

const MAX_HISTORY_BYTES = 256 * 1024 * 1024

/** The relay of a single process: a message is handed back within the very call that publishes it. */
export class MemoryRelay implements Relay {
  readonly nodeId: string
  readonly changes = new MemoryChangeLog()
  readonly presence = new MemoryPresence(this.changes)
  readonly bans = new MemoryBans()
  readonly tokenBans = new MemoryBans()
  readonly tickets = new MemoryTickets()
  readonly #history: MemoryHistory
  readonly #repeats: Repeats
  readonly #numbering: Numbering
  readonly #sweep: NodeJS.Timeout
  #deliver: Deliver = () => 0
  #answer: AnswerQuestion = () => undefined
  #open = true

  constructor (options: MemoryRelayOptions = {}) {
    const {
      nodeId = randomUUID(), keepOf = defaultKeepOf, positionTtlMs = DEFAULT_POSITION_TTL_MS, sweepIntervalMs = 60_000,
      maxStreams = 100_000, maxKeys = 1_000_000, maxHistoryBytes = MAX_HISTORY_BYTES
    } = options
    this.nodeId = nodeId
    this.#history = new MemoryHistory(keepOf, maxHistoryBytes)
    this.#repeats = new Repeats(maxKeys)
    this.#numbering = new Numbering({ maxStreams, positionTtlMs, onForgotten: (topic) => this.#history.drop(topic) })
    this.#sweep = setInterval(() => this.#forget(monotonicMs()), sweepIntervalMs)
    this.#sweep.unref()
  }

  onMessage (deliver: Deliver): void {
    this.#deliver = deliver
  }

  publish (message: RelayMessage): PublishResult {
    if (!this.#open) throw new HubError('UNAVAILABLE', 'the relay is closed')
    const key = publishKey(message)
    if (key === undefined) return this.#carry(message)
    const first = this.#repeats.find(key)
    if (first !== undefined) return first
    const result = this.#carry(message)
    this.#repeats.note(key, result)
    return result
  }

  #carry (message: RelayMessage): PublishResult {
    if (message.ephemeral === true) return { recipients: this.#deliver({ positions: [], ...message }) }
    // Before it takes a number: what is no JSON throws.
    const event = withText(message.event)
    const now = monotonicMs()
    const positions = this.#numbering.next(message.topics, now)
    // An object that begins with a spread takes six times the time and four times the memory.
    const numbered = { positions, ...message, event }
    // Before it is delivered: a receiver may publish or read at once.
    for (const topic of message.topics) this.#history.keep(topic, numbered, now)
    const recipients = this.#deliver(numbered)
    const only = positions.length === 1 ? positions[0] : undefined
    return only === undefined ? { recipients } : { recipients, seq: only.seq, epoch: only.epoch }
  }

  /** Everything published is handed back anyway; only the numbering has to know. */
  subscribe (topic: TopicName): void {
    this.#numbering.watch(topic, monotonicMs())
  }

  unsubscribe (topic: TopicName): void {
    this.#numbering.unwatch(topic)
  }

  subscribed (): void {}

  onQuestion (answer: AnswerQuestion): void {
    this.#answer = answer
  }

  ask (question: Question): MaybePromise<Answers> {
    const answered = attempt<unknown, unknown>(() => this.#answer(question), () => undefined)
    return andThen(answered, (answer) => ({ answers: [{ node: this.nodeId, answer }], missing: [] }))
  }

  clockAheadMs (): number {
    return 0
  }

  connectionsElsewhere (): number {
    return 0
  }

  position (topic: TopicName): Position {
    return this.#numbering.position(topic, monotonicMs())
  }

  positions (topics: readonly TopicName[]): Position[] {
    return topics.map((topic) => this.position(topic))
  }

  handedOn (): void {}

  keeps (topic: TopicName): boolean {
    return this.#history.keeps(topic)
  }

  read (topic: TopicName, range: StreamRange): StreamPage {
    const now = monotonicMs()
    return this.#history.read(topic, range, this.#numbering.position(topic, now), now)
  }

  /** Nothing gets lost inside a process. */
  onGap (): void {}

  status (): RelayStatus {
    return this.#open ? { kind: 'memory', ready: true } : { kind: 'memory', ready: false, reason: 'relay closed' }
  }

  async close (): Promise<void> {
    this.#open = false
    clearInterval(this.#sweep)
    this.presence.close()
  }

  #forget (nowMs: number): void {
    this.#numbering.sweep(nowMs)
    this.#history.sweep(nowMs)
  }
}

/** What is kept says later, too, what it said when it was published. */
function withText (event: OutboundEvent): OutboundEvent {
  return event.payload instanceof JsonText ? event : { ...event, payload: new JsonText(jsonTextOf(event.payload)) }
}
