import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import type { Gap, Position } from '../relay/relay-message.ts'
import type { ConnectionSettings } from './connection-parts.ts'
import { DroppedMessages } from './dropped-messages.ts'
import type { Frame } from './frame.ts'
import { Outbox, type OutboxOwner } from './outbox.ts'
import { PastPace } from './past-pace.ts'
import { PastQueue } from './past-queue.ts'
import { TopicHolds, type HeldFrame, type TopicHold } from './topic-holds.ts'
import type { TopicName } from './topics.ts'

/** A connection's way out: which frames go to the socket, which wait, and which there is no room for. */
export abstract class Outlet implements OutboxOwner {
  protected readonly outbox: Outbox
  readonly #settings: ConnectionSettings
  /** There while messages are missing that the client has not been told of. */
  #dropped: DroppedMessages | undefined
  /** There while the client is shown the past of a topic. */
  #holds: TopicHolds | undefined
  /** There while the past of topics is written. */
  #past: PastPace | undefined
  #pastQueue: PastQueue | undefined
  /** There until the greeting: the first number of each topic of which something waits for it. */
  #early: Map<TopicName, number> | undefined
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
    // A gap has no holes: until it is told, nothing of its topic passes.
    const isInGap = topic !== undefined && this.#dropped?.has(topic) === true
    const hold = isInGap || topic === undefined ? undefined : this.#holds?.of(topic)
    if (hold !== undefined && position !== undefined) return this.#keepBack(hold, { frame, position })
    if (!isInGap && this.outbox.push(frame)) {
      if (this.#early !== undefined) this.#noteEarly(topic, position)
      return true
    }
    this.#overflow(topic, position)
    return false
  }

  /** Queues a reply that names a place in a topic's stream: who reads it has been shown what comes before. */
  deliverReply (frame: Frame, topic: TopicName, position: Position): boolean {
    const hold = this.#holds?.of(topic)
    return hold === undefined || !this.#isOpen ? this.deliver(frame) : this.#keepBack(hold, { frame, position, isReply: true })
  }

  /** What of the past waits to be shown. */
  get pastQueue (): PastQueue {
    this.#pastQueue ??= new PastQueue()
    return this.#pastQueue
  }

  /** Undefined while a frame of the past may be queued; else resolves when that may be tried again, or the connection has ended. */
  roomForPast (): Promise<void> | undefined {
    if (!this.#isOpen) return undefined
    if (!this.outbox.isFull && this.#past?.isSpent !== true) return this.#past?.room
    const past = this.#past ??= new PastPace(this.#settings.outbox)
    past.room ??= this.#whenTaken(past)
    return past.room
  }

  /** Queues a frame of the past; to be called where there is room for it. */
  deliverPast (frame: Frame): void {
    this.#past ??= new PastPace(this.#settings.outbox)
    this.#past.note(frame.length)
    this.deliver(frame)
  }

  /** Tells of messages that the relay has lost, in their place: behind what is held, and later where there is no room now. */
  tellGap (gap: Gap): void {
    const { topic, to_seq: seq } = gap
    const hold = this.#holds?.of(topic)
    if (hold !== undefined) return hold.miss(gap)
    if (this.send('gap', gap) || !this.#isOpen) return
    const dropped = this.#notedDrops()
    if (dropped.has(topic)) dropped.extend(topic, seq)
    else dropped.restore(gap)
  }

  /** Keeps back, bounded, what is delivered before the greeting. */
  hold (): void {
    this.outbox.hold()
    this.#early = new Map()
  }

  /** The number of the first message of a topic that waits for the greeting, where there is one. */
  firstEarly (topic: TopicName): number | undefined {
    return this.#early?.get(topic)
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

  /** Ends whatever hold there is of a topic that the connection has left; of what is in it only the replies are sent. */
  endHold (topic: TopicName): void {
    const hold = this.#holds?.of(topic)
    if (hold === undefined) return
    this.letPass(hold)
    for (const { frame } of hold.replies()) this.deliver(frame)
  }

  /** The socket has room again: says what was dropped meanwhile, so that the client can ask for it. */
  onDrained (): void {
    const gaps = this.#dropped?.gaps() ?? []
    this.#dropped = undefined
    for (const gap of gaps) {
      if (!this.send('gap', gap)) this.#notedDrops().restore(gap)
    }
    this.#past?.onDrained?.()
  }

  /** Sends a frame, where there is one, and behind it what was kept back. */
  protected releaseBehind (first: Frame | undefined): void {
    this.#early = undefined
    this.outbox.release(first)
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
    this.#past?.onDrained?.()
  }

  #noteEarly (topic?: TopicName, position?: Position): void {
    if (topic !== undefined && position !== undefined && this.#early?.has(topic) === false) this.#early.set(topic, position.seq)
  }

  #keepBack (hold: TopicHold, held: HeldFrame): boolean {
    if (hold.add(held)) return true
    if (!hold.isOverflowing) this.noteSlow()
    if (this.#settings.slowClient === 'drop') hold.lose(held.position)
    else this.closeAsSlow()
    return false
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

  async #whenTaken (past: PastPace): Promise<void> {
    await endOfTurn()
    if (this.#isOpen && this.outbox.isFull) await new Promise<void>((resolve) => { past.onDrained = resolve })
    this.#past = undefined
  }
}
