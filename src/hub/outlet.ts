import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import type { Position } from '../relay/relay-message.ts'
import type { ConnectionSettings } from './connection-parts.ts'
import { DroppedMessages } from './dropped-messages.ts'
import type { Frame } from './frame.ts'
import { Outbox, type OutboxOwner } from './outbox.ts'
import { TopicHolds, type TopicHold } from './topic-holds.ts'
import type { TopicName } from './topics.ts'

/** A connection's way out: which frames go to the socket, which wait, and which there is no room for. */
export abstract class Outlet implements OutboxOwner {
  protected readonly outbox: Outbox
  readonly #settings: ConnectionSettings
  /** There while messages are missing that the client has not been told of. */
  #dropped: DroppedMessages | undefined
  /** There while the client is shown the past of a topic. */
  #holds: TopicHolds | undefined
  #waiting: Array<() => void> | undefined
  #isOpen = true

  constructor (stream: Duplex, settings: ConnectionSettings) {
    this.#settings = settings
    this.outbox = new Outbox(stream, settings.flusher, settings.outbox, this)
  }

  /** Sends an event to this connection alone; false when it was not queued. */
  abstract send (type: string, payload: unknown): boolean

  /** Gives up on a peer that does not read. */
  abstract closeAsSlow (): void

  /** The first message that there is no room for, since there was room. */
  protected abstract noteSlow (): void

  /** False once either side has begun to close. A flag of its own: every delivery asks. */
  get isOpen (): boolean {
    return this.#isOpen
  }

  /** Since when the socket has been full, on the clock of `monotonicMs`; 0 while it is not. */
  get stalledSince (): number {
    return this.outbox.stalledSince
  }

  /** Queues a frame; false when it was not queued because the connection ends or its backlog is full. */
  deliver (frame: Frame, topic?: TopicName, position?: Position): boolean {
    if (!this.#isOpen) return false
    if (this.#queue(frame, topic, position)) return true
    this.#overflow(topic, position)
    return false
  }

  /** Keeps back, bounded, what is delivered before the greeting. */
  hold (): void {
    this.outbox.hold()
  }

  /** Keeps back, bounded, what has a number in the topic's stream from here on, until {@link letPass}; an earlier hold of the topic is over. */
  holdTopic (topic: TopicName): TopicHold {
    this.#holds ??= new TopicHolds(this.#settings.outbox)
    return this.#holds.begin(topic)
  }

  /** True while the hold stands, and there is somebody to hold something for. */
  isHeldBy (hold: TopicHold): boolean {
    return this.#isOpen && this.#holds?.has(hold) === true
  }

  /** Ends a hold: the topic's messages pass as they come. What is in it is the caller's to send before. */
  letPass (hold: TopicHold): void {
    this.#holds?.end(hold)
    if (this.#holds?.isEmpty === true) this.#holds = undefined
  }

  /** Ends whatever hold there is of a topic that the connection has left; what is in it is dropped. */
  endHold (topic: TopicName): void {
    const hold = this.#holds?.of(topic)
    if (hold !== undefined) this.letPass(hold)
  }

  /** Resolves when the socket has taken what was queued, or the connection has ended. */
  async whenTaken (): Promise<void> {
    await endOfTurn()
    if (!this.#isOpen || !this.outbox.isFull) return
    await new Promise<void>((resolve) => { this.#waiting = [...this.#waiting ?? [], resolve] })
  }

  /** The socket has room again: says what was dropped meanwhile, so that the client can ask for it. */
  onDrained (): void {
    const gaps = this.#dropped?.gaps() ?? []
    this.#dropped = undefined
    for (const gap of gaps) {
      if (!this.send('gap', gap)) this.#notedDrops().restore(gap)
    }
    this.#goOn()
  }

  /** A close frame is on its way: nothing may follow it. */
  protected stopTaking (): void {
    this.#isOpen = false
  }

  /** The end: what waits is forgotten. */
  protected shut (): void {
    this.#isOpen = false
    this.outbox.discard()
    this.#holds = undefined
    this.#goOn()
  }

  #queue (frame: Frame, topic?: TopicName, position?: Position): boolean {
    if (topic === undefined) return this.outbox.push(frame)
    // A gap has no holes: until it is told, nothing of its topic passes.
    if (this.#dropped?.has(topic) === true) return false
    const hold = this.#holds?.of(topic)
    return hold === undefined || position === undefined ? this.outbox.push(frame) : hold.add({ frame, position })
  }

  #overflow (topic?: TopicName, position?: Position): void {
    if (this.#dropped === undefined) this.noteSlow()
    if (this.#settings.slowClient === 'drop') this.#notedDrops().note(topic, position)
    else this.closeAsSlow()
  }

  #notedDrops (): DroppedMessages {
    this.#dropped ??= new DroppedMessages()
    return this.#dropped
  }

  #goOn (): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const resolve of waiting) resolve()
  }
}
