import { Emitter } from './emitter.ts'
import type { HubError } from './errors.ts'
import { Members, type MemberList } from './members.ts'
import { MessageQueue } from './message-queue.ts'
import { isRecord, type Chat, type Message, type Person } from './protocol.ts'

/** Seen by the others, or not. */
export type Way = 'member' | 'reader'

/** Names of a room's events that are not messages: a message type of such a name is told by the hub's `frame` alone. */
const OWN_EVENTS = new Set(['joined', 'left', 'members', 'typing', 'recovered', 'closed'])

/** What is known of a room, and who wants to hear of it. */
export class RoomState {
  readonly name: string
  readonly emitter = new Emitter()
  readonly members = new Members()
  /** How the client is in the room. */
  readonly ways = new Set<Way>()
  /** How many wish each of them, granted or on its way. */
  readonly wants = { member: 0, reader: 0 }
  readonly #queues = new Set<MessageQueue<Message<Chat>>>()
  #end: { readonly error: HubError | undefined } | undefined

  constructor (name: string) {
    this.name = name
  }

  get isMember (): boolean {
    return this.ways.has('member')
  }

  /** Takes the list of members that was asked for at that time, ms since 1970. */
  list (list: MemberList, askedAt: number | undefined): void {
    const { joined, left } = this.members.list(list, askedAt)
    for (const person of joined) this.emitter.emit('joined', person)
    for (const person of left) this.emitter.emit('left', person)
    this.emitter.emit('members', this.members.all)
  }

  /** Passes a frame on. */
  take (frame: Message): void {
    const { type, sender, payload } = frame
    if (type === 'user_joined') this.#noted(payload as Person, true)
    else if (type === 'user_left') this.#noted(payload as Person, false)
    else if (type === 'user_typing') this.emitter.emit('typing', { person: sender, isTyping: isRecord(payload) && payload['is_typing'] === true })
    else if (isSaid(frame)) this.#said(frame)
    else if (!OWN_EVENTS.has(type)) this.emitter.emit(type, frame)
  }

  /** Nothing more comes of the room. */
  close (error?: HubError): void {
    this.#end = { error }
    for (const queue of this.#queues) queue.end(error)
    this.emitter.emit('closed', error)
    this.emitter.clear()
  }

  /** What is said from now on. */
  read (signal: AbortSignal | undefined): MessageQueue<Message<Chat>> {
    const queue: MessageQueue<Message<Chat>> = new MessageQueue(signal, () => { this.#queues.delete(queue) })
    if (this.#end !== undefined) queue.end(this.#end.error)
    else if (signal?.aborted !== true) this.#queues.add(queue)
    return queue
  }

  #said (frame: Message<Chat>): void {
    this.emitter.emit('message', frame)
    for (const queue of this.#queues) queue.push(frame)
  }

  #noted (person: Person, isHere: boolean): void {
    this.members.note(person, isHere)
    this.emitter.emit(isHere ? 'joined' : 'left', person)
    this.emitter.emit('members', this.members.all)
  }
}

/** True for what people say, whichever way they publish it. */
export function isSaid (frame: Message): frame is Message<Chat> {
  return frame.type === 'new_message' || frame.type === 'message'
}
