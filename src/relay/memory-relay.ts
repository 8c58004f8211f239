import { randomUUID } from 'node:crypto'
import { monotonicMs } from '../clock.ts'
import { HubError } from '../errors.ts'
import { connectionOf, type TopicName } from '../hub/topics.ts'
import { andThen, attempt, type MaybePromise } from '../maybe-promise.ts'
import { MemoryBans } from './memory-bans.ts'
import { MemoryPresence } from './memory-presence.ts'
import { Numbering } from './numbering.ts'
import { publishKey } from './publish-key.ts'
import type { AnswerQuestion, Answers, Question } from './question.ts'
import { Repeats } from './repeats.ts'
import type { Deliver, Relay, RelayStatus } from './relay.ts'
import type { Position, PublishResult, RelayMessage } from './relay-message.ts'

/** How a {@link MemoryRelay} behaves; times in milliseconds. */
export interface MemoryRelayOptions {
  /** How this node is called; a random id when none is given. */
  readonly nodeId?: string
  /** How long a topic's numbering outlives its last message (24 h by default, as Redis keeps it). */
  readonly positionTtlMs?: number
  /** How often outlived numberings are looked for. */
  readonly sweepIntervalMs?: number
  /** About so many topics keep their numbering without a listener (about 250 bytes each). */
  readonly maxStreams?: number
  /** So many published ids are remembered at most (about 150 bytes each). */
  readonly maxKeys?: number
}

const DAY_MS = 24 * 60 * 60 * 1000

/** The relay of a single process: a message is handed back within the very call that publishes it. */
export class MemoryRelay implements Relay {
  readonly nodeId: string
  readonly presence = new MemoryPresence()
  readonly bans = new MemoryBans()
  readonly #repeats: Repeats
  readonly #numbering: Numbering
  readonly #sweep: NodeJS.Timeout
  #deliver: Deliver = () => 0
  #answer: AnswerQuestion = () => undefined
  #open = true

  constructor (options: MemoryRelayOptions = {}) {
    const { nodeId = randomUUID(), positionTtlMs = DAY_MS, sweepIntervalMs = 60_000, maxStreams = 100_000, maxKeys = 1_000_000 } = options
    this.nodeId = nodeId
    this.#repeats = new Repeats(maxKeys)
    this.#numbering = new Numbering(maxStreams)
    this.#sweep = setInterval(() => this.#numbering.forget(monotonicMs() - positionTtlMs), sweepIntervalMs)
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
    const positions = message.ephemeral === true ? [] : message.topics.map((topic) => this.#next(topic))
    const recipients = this.#deliver({ ...message, positions })
    const only = positions.length === 1 ? positions[0] : undefined
    return only === undefined ? { recipients } : { recipients, seq: only.seq, epoch: only.epoch }
  }

  /** Everything published is handed back anyway; only the numbering has to know. */
  subscribe (topic: TopicName): void {
    this.#numbering.watch(topic)
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
    return this.#numbering.position(topic)
  }

  status (): RelayStatus {
    return this.#open ? { kind: 'memory', ready: true } : { kind: 'memory', ready: false, reason: 'relay closed' }
  }

  async close (): Promise<void> {
    this.#open = false
    clearInterval(this.#sweep)
    this.presence.close()
  }

  /** A single connection has no stream of its own: nobody could come back to it. */
  #next (topic: TopicName): Position | undefined {
    return connectionOf(topic) === undefined ? this.#numbering.next(topic) : undefined
  }
}
