import { Emitter } from './emitter.ts'
import type { HubError } from './errors.ts'
import { MessageQueue } from './message-queue.ts'
import { isRecord, type Chat, type Message, type Person } from './protocol.ts'

/** Seen by the others, or not. */
export type Way = 'member' | 'reader'

/** No list is waited for longer than so, ms. */
const NOTICE_MS = 60_000

/** What is known of a room, and who wants to hear of it. */
export class RoomState {
  readonly name: string
  readonly emitter = new Emitter()
  /** How the client is in the room. */
  readonly ways = new Set<Way>()
  /** How many wish each of them, granted or on its way. */
  readonly wants = { member: 0, reader: 0 }
  count = 0
  readonly #queues = new Set<MessageQueue<Message<Chat>>>()
  readonly #members = new Map<string, Person>()
  readonly #notices = new Map<string, { readonly person: Person, readonly isHere: boolean, readonly at: number }>()

  constructor (name: string) {
    this.name = name
  }

  get isMember (): boolean {
    return this.ways.has('member')
  }

  get members (): readonly Person[] {
    return [...this.#members.values()]
  }

  /** Takes the list that the service gives; who came or went since the last one is told. Notices that came since it was asked for may be newer. */
  list ({ users, count }: { readonly users: readonly Person[], readonly count: number }, askedAt = Infinity): void {
    const before = new Map(this.#members)
    this.#members.clear()
    for (const person of users) this.#members.set(person.id, person)
    this.count = count
    for (const { person, isHere, at } of this.#notices.values()) if (at >= askedAt) this.#note(person, isHere)
    // The first list tells of nobody's coming.
    if (before.size > 0) {
      for (const person of this.members) if (!before.delete(person.id)) this.emitter.emit('joined', person)
      for (const person of before.values()) this.emitter.emit('left', person)
    }
    this.emitter.emit('members', this.members)
  }

  /** Passes a frame on. */
  take (frame: Message): void {
    const { type, sender, payload } = frame
    if (type === 'user_joined') this.#joined(payload as Person)
    else if (type === 'user_left') this.#left(payload as Person)
    else if (type === 'user_typing') this.emitter.emit('typing', { person: sender, isTyping: isRecord(payload) && payload['is_typing'] === true })
    else this.#tell(frame)
  }

  /** Nothing more comes of the room. */
  close (error?: HubError): void {
    for (const queue of this.#queues) queue.end(error)
    this.emitter.emit('closed', error)
  }

  /** What is said from now on. */
  read (signal: AbortSignal | undefined): AsyncGenerator<Message<Chat>, void, undefined> {
    const queue = new MessageQueue<Message<Chat>>()
    this.#queues.add(queue)
    return queue.read(signal, () => { this.#queues.delete(queue) })
  }

  #tell (frame: Message): void {
    if (!isSaid(frame)) return this.emitter.emit(frame.type, frame)
    this.emitter.emit('message', frame)
    for (const queue of this.#queues) queue.push(frame)
  }

  #joined (person: Person): void {
    this.#remember(person, true)
    this.#note(person, true)
    this.emitter.emit('joined', person)
    this.emitter.emit('members', this.members)
  }

  #left (person: Person): void {
    this.#remember(person, false)
    this.#note(person, false)
    this.emitter.emit('left', person)
    this.emitter.emit('members', this.members)
  }

  #note (person: Person, isHere: boolean): void {
    const wasHere = this.#members.delete(person.id)
    if (isHere) this.#members.set(person.id, person)
    if (isHere !== wasHere) this.count = Math.max(0, this.count + (isHere ? 1 : -1))
  }

  /** Oldest first, the last one of each user. */
  #remember (person: Person, isHere: boolean): void {
    const now = Date.now()
    this.#notices.delete(person.id)
    this.#notices.set(person.id, { person, isHere, at: now })
    for (const [id, { at }] of this.#notices) {
      if (at >= now - NOTICE_MS) return
      this.#notices.delete(id)
    }
  }
}

/** True for what people say, whichever way they publish it. */
export function isSaid (frame: Message): frame is Message<Chat> {
  return frame.type === 'new_message' || frame.type === 'message'
}
