import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { BanList } from '../../src/relay/ban-list.ts'
import type { StreamPage, StreamRange } from '../../src/relay/history.ts'
import type { MaybePromise } from '../../src/maybe-promise.ts'
import { MemoryRelay, type MemoryRelayOptions } from '../../src/relay/memory-relay.ts'
import type { Entry, Exit, Occupant, OnPresenceChange, PresenceStore, RoomSize, RoomSummary, Roster } from '../../src/relay/presence-store.ts'
import type { AnswerQuestion, Answers, Question } from '../../src/relay/question.ts'
import type { Deliver, Relay, RelayStatus } from '../../src/relay/relay.ts'
import type { Position, PublishResult, RelayMessage } from '../../src/relay/relay-message.ts'
import type { TicketStore } from '../../src/relay/ticket-store.ts'

/** Decides when an operation may go on; a rejection makes it fail. */
export type Wait = (operation: string, subject: string) => Promise<unknown>

/** Presence that answers later, as that of another process would. */
class SlowPresence implements PresenceStore {
  readonly #store: PresenceStore
  readonly #wait: Wait

  constructor (store: PresenceStore, wait: Wait) {
    this.#store = store
    this.#wait = wait
  }

  async enter (room: string, occupant: Occupant, capacity: number): Promise<Entry> {
    await this.#wait('enter', room)
    return await this.#store.enter(room, occupant, capacity)
  }

  async leave (room: string, occupant: Occupant, graceMs: number): Promise<Exit> {
    await this.#wait('leave', room)
    return await this.#store.leave(room, occupant, graceMs)
  }

  async members (room: string, limit: number, offset?: number): Promise<Roster> {
    await this.#wait('members', room)
    return await this.#store.members(room, limit, offset)
  }

  async size (room: string): Promise<RoomSize> {
    return await this.#store.size(room)
  }

  async connectionsOf (room: string, userId: string): Promise<number> {
    return await this.#store.connectionsOf(room, userId)
  }

  async lastSeen (userId: string): Promise<number | undefined> {
    return await this.#store.lastSeen(userId)
  }

  async rooms (): Promise<readonly RoomSummary[]> {
    return await this.#store.rooms()
  }

  async roomCount (): Promise<number> {
    return await this.#store.roomCount()
  }

  onChange (listener: OnPresenceChange): void {
    this.#store.onChange(listener)
  }
}

/** The relay of one process with answers that come later, in order for each kind of operation. */
export class SlowRelay implements Relay {
  readonly nodeId = 'node-1'
  readonly presence: PresenceStore
  readonly bans: BanList
  readonly tokenBans: BanList
  readonly tickets: TicketStore
  readonly #relay: MemoryRelay
  readonly #wait: Wait

  /** Without a rule of its own everything takes one turn of the event loop. */
  constructor (wait: Wait = () => endOfTurn(), options: Pick<MemoryRelayOptions, 'keepOf'> = {}) {
    this.#relay = new MemoryRelay({ ...options, nodeId: this.nodeId })
    this.#wait = wait
    this.presence = new SlowPresence(this.#relay.presence, wait)
    this.bans = this.#relay.bans
    this.tokenBans = this.#relay.tokenBans
    this.tickets = this.#relay.tickets
  }

  onMessage (deliver: Deliver): void {
    this.#relay.onMessage(deliver)
  }

  async publish (message: RelayMessage): Promise<PublishResult> {
    await this.#wait('publish', message.event.type)
    return this.#relay.publish(message)
  }

  subscribe (): void {}

  unsubscribe (): void {}

  async subscribed (topics: readonly string[]): Promise<void> {
    await this.#wait('subscribed', topics.join())
  }

  onQuestion (answer: AnswerQuestion): void {
    this.#relay.onQuestion(answer)
  }

  async ask (question: Question): Promise<Answers> {
    return await this.#relay.ask(question)
  }

  clockAheadMs (): number {
    return 0
  }

  connectionsElsewhere (): number {
    return 0
  }

  async position (topic: string): Promise<Position> {
    await this.#wait('position', topic)
    return this.#relay.position(topic)
  }

  async positions (topics: readonly string[]): Promise<Position[]> {
    await this.#wait('position', topics.join())
    return this.#relay.positions(topics)
  }

  /** At once, unless a test wants it otherwise. */
  handedOn (): MaybePromise<void> {}

  keeps (topic: string): boolean {
    return this.#relay.keeps(topic)
  }

  async read (topic: string, range: StreamRange): Promise<StreamPage> {
    await this.#wait('read', topic)
    return this.#relay.read(topic, range)
  }

  /** Nothing gets lost inside a process. */
  onGap (): void {}

  status (): RelayStatus {
    return this.#relay.status()
  }

  async close (): Promise<void> {
    await this.#relay.close()
  }
}
