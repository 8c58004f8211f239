import type { Call, CallRules, Envelope } from './call.ts'
import { HubError, RefusedError } from './errors.ts'
import type { Outbox } from './outbox.ts'
import type { Message, RoomInfo } from './protocol.ts'
import { RoomState, type Way } from './room-state.ts'
import { roomTopic, type Recovery, type Streams } from './streams.ts'

/** Sends a request, as a session does. */
export type Ask = (envelope: Omit<Envelope, 'id'>, rules: CallRules, signal?: AbortSignal) => Promise<Message | undefined>

/** Doing it twice changes nothing. */
const HARMLESS: CallRules = { repeats: true, isPrompt: true, isUnbounded: true }
const ENTERING: CallRules = { ...HARMLESS, isUnbounded: false, needsReturn: true }
const PREFIX = roomTopic('')

/** The rooms that the client wants to be in, whatever happens to connections. */
export class Rooms {
  readonly #outbox: Outbox
  readonly #streams: Streams
  readonly #ask: Ask
  readonly #rooms = new Map<string, RoomState>()
  /** Of the rooms that were left: resolves when the service has heard of it, or never will. */
  readonly #leaving = new Map<string, Promise<void>>()

  constructor (outbox: Outbox, streams: Streams, ask: Ask) {
    this.#outbox = outbox
    this.#streams = streams
    this.#ask = ask
  }

  has (name: string): boolean {
    return this.#rooms.has(name)
  }

  /** True for the topic of a room that the client is in or comes into, and for all that are no rooms. */
  isWanted (topic: string): boolean {
    return !topic.startsWith(PREFIX) || this.#roomOf(topic) !== undefined
  }

  /** True for the topic of a room that the client is to be seen in. */
  isMember (topic: string): boolean {
    return this.#roomOf(topic)?.isMember === true
  }

  /** True while a room was left and the service has not heard of it. */
  isLeaving (name = ''): boolean {
    return this.#leaving.has(name) && !this.#rooms.has(name)
  }

  /** Comes into a room, as a member or a mere reader; resolves when its messages come. */
  async enter (name: string, way: Way, signal?: AbortSignal): Promise<RoomState> {
    const room = this.#rooms.get(name) ?? new RoomState(name)
    if (room.ways.has(way) && this.#streams.isFollowed(roomTopic(name))) return room
    this.#rooms.set(name, room)
    room.ways.add(way)
    room.wants[way] += 1
    try {
      // Said again after a refusal, a leave would come behind the join.
      const leaving = this.#leaving.get(name)
      if (leaving !== undefined) await leaving
      await this.#ask({ type: way === 'member' ? 'join_room' : 'subscribe', room: name, payload: {} }, ENTERING, signal)
    } catch (error) {
      room.wants[way] -= 1
      if (room.wants[way] === 0) this.#giveUp(room, way, error)
      throw error
    }
    return room
  }

  /** Leaves a room, behind what is still to be said in it. */
  async leave (name: string, ...also: Way[]): Promise<void> {
    const room = this.#rooms.get(name)
    if (room === undefined) return
    this.#rooms.delete(name)
    room.close()
    const isFollowed = this.#streams.isFollowed(roomTopic(name))
    if (!isFollowed) this.#drop(name, new HubError('NOT_IN_ROOM', `${name} was left`))
    const types = [...room.ways, ...also].map((way) => way === 'member' ? 'leave_room' : 'unsubscribe')
    const left = Promise.all(types.map(async (type) => await this.#ask({ type, room: name, payload: {} }, HARMLESS))).then(() => {})
    const settled = left.catch(() => {}).finally(() => { if (this.#leaving.get(name) === settled) this.#leaving.delete(name) })
    this.#leaving.set(name, settled)
    // Without a connection the service knows nothing of the room any more.
    if (isFollowed) await left
  }

  /** Takes note of what a frame says about a room. */
  note ({ type, id = '', room = '', payload }: Message): void {
    const state = this.#rooms.get(room)
    if (type === 'unsubscribed') this.#streams.forget(roomTopic(room))
    if (state === undefined) return
    if (type === 'room_info' || type === 'subscribed') this.#streams.entered(roomTopic(room), payload as RoomInfo)
    if (type === 'room_info' || type === 'online_users') state.list(payload as RoomInfo, this.#outbox.get(id)?.sentAt)
  }

  /** Passes a frame on to its room. */
  take (frame: Message): void {
    if (frame.room !== undefined) this.#rooms.get(frame.room)?.take(frame)
  }

  /** A topic is followed again, or not any more. */
  recovered (recovery: Recovery): void {
    const { topic, error } = recovery
    const room = this.#roomOf(topic)
    if (room === undefined) return
    if (error !== undefined) return this.lose(room.name, error)
    room.emitter.emit('recovered', recovery)
    if (room.isMember) this.#ask({ type: 'online_users', room: room.name, payload: {} }, HARMLESS).catch(() => {})
  }

  /** The service has put the client out of a room, or does not let it back in. */
  lose (name: string, error: HubError): void {
    const room = this.#rooms.get(name)
    this.#rooms.delete(name)
    this.#drop(name, error)
    this.#outbox.fail(error, ({ envelope, rules }) => envelope.room === name && rules === ENTERING)
    room?.close(error)
  }

  /** The service says that a member is none: the application has put it out. */
  refused (name: string, error: HubError): void {
    if (error.code === 'NOT_IN_ROOM' && this.#rooms.get(name)?.isMember === true && this.#streams.isFollowed(roomTopic(name))) this.lose(name, error)
  }

  /** Nothing more comes of any room. */
  close (error: unknown): void {
    for (const room of this.#rooms.values()) room.close(error instanceof HubError ? error : undefined)
    this.#rooms.clear()
  }

  /** Nobody wants to be in the room in this way any more. */
  #giveUp (room: RoomState, way: Way, error: unknown): void {
    room.ways.delete(way)
    if (room.ways.size > 0 || this.#rooms.get(room.name) !== room) return
    if (error instanceof RefusedError) this.#rooms.delete(room.name)
    // Given up half-way, it may have come about.
    else this.leave(room.name, way).catch(() => {})
  }

  #roomOf (topic: string): RoomState | undefined {
    return topic.startsWith(PREFIX) ? this.#rooms.get(topic.slice(PREFIX.length)) : undefined
  }

  #drop (name: string, error: HubError): void {
    this.#streams.forget(roomTopic(name))
    this.#outbox.fail(error, ({ envelope, rules, sentAt }: Call) => envelope.room === name && rules.needsRoom === true && sentAt === undefined)
  }
}
