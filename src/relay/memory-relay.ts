import { randomUUID } from 'node:crypto'
import { monotonicMs } from '../clock.ts'
import { HubError } from '../errors.ts'
import { connectionOf, type TopicName } from '../hub/topics.ts'
import { MemoryPresence } from './memory-presence.ts'
import type { Deliver, Relay, RelayStatus } from './relay.ts'
import type { Position, PublishResult, RelayMessage } from './relay-message.ts'

/** How a {@link MemoryRelay} behaves; times in milliseconds. */
export interface MemoryRelayOptions {
  /** How long a topic's numbering outlives its last message (24 h by default, as Redis keeps it). */
  readonly positionTtlMs?: number
  /** How often outlived numberings are looked for. */
  readonly sweepIntervalMs?: number
}

interface Stream {
  readonly epoch: string
  seq: number
  /** On the clock of `monotonicMs`. */
  usedAt: number
}

const DAY_MS = 24 * 60 * 60 * 1000

/** The relay of a single process: a message is handed back within the very call that publishes it. */
export class MemoryRelay implements Relay {
  readonly presence = new MemoryPresence()
  /** Epoch of the numberings that begin now. */
  #epoch = randomUUID()
  readonly #streams = new Map<TopicName, Stream>()
  readonly #sweep: NodeJS.Timeout
  #deliver: Deliver = () => 0
  #open = true

  constructor ({ positionTtlMs = DAY_MS, sweepIntervalMs = 60_000 }: MemoryRelayOptions = {}) {
    this.#sweep = setInterval(() => this.#forget(monotonicMs() - positionTtlMs), sweepIntervalMs)
    this.#sweep.unref()
  }

  onMessage (deliver: Deliver): void {
    this.#deliver = deliver
  }

  publish (message: RelayMessage): PublishResult {
    if (!this.#open) throw new HubError('UNAVAILABLE', 'the relay is closed')
    const positions = message.ephemeral === true ? [] : message.topics.map((topic) => this.#next(topic))
    const recipients = this.#deliver({ ...message, positions })
    const only = positions.length === 1 ? positions[0] : undefined
    return only === undefined ? { recipients } : { recipients, seq: only.seq, epoch: only.epoch }
  }

  /** Nothing to do: everything published is handed back anyway. */
  subscribe (): void {}

  /** Nothing to do, as for {@link subscribe}. */
  unsubscribe (): void {}

  position (topic: TopicName): Position {
    const { epoch, seq } = this.#streams.get(topic) ?? { epoch: this.#epoch, seq: 0 }
    return { epoch, seq }
  }

  status (): RelayStatus {
    return this.#open ? { kind: 'memory', ready: true } : { kind: 'memory', ready: false, reason: 'relay closed' }
  }

  async close (): Promise<void> {
    this.#open = false
    clearInterval(this.#sweep)
    this.presence.close()
    this.#streams.clear()
  }

  #next (topic: TopicName): Position | undefined {
    // A single connection has no stream of its own: nobody could come back to it.
    if (connectionOf(topic) !== undefined) return undefined
    const stream = this.#streams.get(topic) ?? { epoch: this.#epoch, seq: 0, usedAt: 0 }
    this.#streams.set(topic, stream)
    stream.seq += 1
    stream.usedAt = monotonicMs()
    return { epoch: stream.epoch, seq: stream.seq }
  }

  #forget (before: number): void {
    const outlived = [...this.#streams].filter(([, { usedAt }]) => usedAt < before)
    if (outlived.length === 0) return
    for (const [topic] of outlived) this.#streams.delete(topic)
    // A position of a forgotten numbering must not be taken for one of the next.
    this.#epoch = randomUUID()
  }
}
