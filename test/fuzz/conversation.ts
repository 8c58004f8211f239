import type { Random } from '../faults/random.ts'
import { hostileNames, hostilePositions, hostileValue } from './hostile.ts'

/** A request as the canonical dialect has it; the payload is JSON text. */
export interface Request {
  readonly type: string
  readonly id?: string | undefined
  readonly room?: string | undefined
  readonly payload?: string | undefined
}

/** What a conversation is about. */
export interface ConversationParts {
  /** Rooms that it may speak of, most of them its own. */
  readonly rooms: readonly string[]
  readonly userId: string
  /** Tokens to refresh with, right and wrong. */
  readonly tokens: readonly string[]
}

/** Share of the requests about a room that it was not in, or that has a hostile name. */
const STRANGE_SHARE = 0.08
/** Few enough for a service to remember all that were published, often enough the same to be repetitions. */
const PUBLISH_IDS = 64
const MAX_POSITIONS = 32
const texts = ['hello', '', 'a longer text, as people write it now and then, of about a hundred characters in all, no more than that', '😀 é \u202e', 'x'.repeat(1_000)]

type Make = (conversation: Conversation, random: Random) => Request

const inRoom = (type: string, payload?: Make): Make => (conversation, random) => (
  { type, room: conversation.room(), ...(payload === undefined ? {} : { payload: payload(conversation, random).payload }) }
)
const makeContent: Make = (_conversation, random) => ({ type: '', payload: `{"content":${JSON.stringify(random.pick(texts))}}` })
const makeAny: Make = (_conversation, random) => ({ type: '', payload: hostileValue(random) })
const makeSince: Make = (conversation, random) => ({ type: '', payload: random.chance(0.4) ? `{"since":${conversation.position()}}` : '{}' })
const makePage: Make = (conversation, random) => ({ type: '', payload: `{"limit":${random.integer(0, 12)}${random.chance(0.5) ? `,"since":${conversation.position()}` : `,"before":${random.integer(0, 99)}`}}` })

/** Sound requests, as often as each is wanted. */
const makers: ReadonlyArray<readonly [weight: number, make: Make]> = [
  [10, inRoom('join_room', makeSince)],
  [6, inRoom('subscribe', makeSince)],
  [4, inRoom('leave_room')],
  [3, inRoom('unsubscribe')],
  [20, (conversation, random) => ({ ...inRoom('send_message', makeContent)(conversation, random), id: conversation.publishId() })],
  [14, (conversation, random) => ({ ...inRoom('publish', makeAny)(conversation, random), id: conversation.publishId() })],
  [5, inRoom('typing')],
  [3, inRoom('stop_typing', (_conversation, random) => ({ type: '', payload: `{"is_typing":${random.chance(0.5)}}` }))],
  [4, inRoom('online_users')],
  [3, inRoom('history', makePage)],
  [3, (conversation, random) => ({ type: 'resume', payload: `{"topics":{${conversation.places(random.integer(0, 4))}}}` })],
  [1, (conversation, random) => ({ type: 'refresh_token', payload: `{"token":${JSON.stringify(random.pick(conversation.parts.tokens))}}` })],
  [1, (_conversation, random) => ({ type: 'broadcast', payload: hostileValue(random) })],
  [12, () => ({ type: 'ping' })],
  [2, (_conversation, random) => ({ type: random.pick(hostileNames), payload: hostileValue(random) })],
  [2, (_conversation, random) => ({ type: random.pick(['connected', 'ack', 'error', 'new_message', 'message', 'system.alert', 'pong', 'draining', 'user_left']), payload: '{}' })]
]
const drawn: readonly Make[] = makers.flatMap(([weight, make]) => Array.from({ length: weight }, () => make))

/** What one client says: sound requests that build on each other, rooms, ids and places among them. */
export class Conversation {
  readonly parts: ConversationParts
  readonly #random: Random
  /** Real places in streams, as JSON. */
  readonly #positions: string[] = []
  #count = 0

  constructor (parts: ConversationParts, random: Random) {
    this.parts = parts
    this.#random = random
  }

  /** Something to say next: rooms are entered before anything is said there. */
  next (): Request {
    const rooms = this.parts.rooms
    const early = rooms[this.#count]
    this.#count += 1
    if (early !== undefined) return { type: this.#count % 2 === 0 ? 'subscribe' : 'join_room', room: early }
    const request = this.#random.pick(drawn)(this, this.#random)
    return request.id === undefined && this.#random.chance(0.5) ? { ...request, id: `r${this.#count}` } : request
  }

  /** Notes a place that the service has named. */
  learn (position: string): void {
    this.#positions[this.#count % MAX_POSITIONS] = position
  }

  /** A room to speak of. */
  room (): string {
    return this.#random.pick(this.#random.chance(STRANGE_SHARE) ? hostileNames : this.parts.rooms)
  }

  /** An id for something that is published, or none. */
  publishId (): string | undefined {
    return this.#random.chance(0.3) ? `p${this.#random.integer(1, PUBLISH_IDS)}` : undefined
  }

  /** A place in a stream, real or not, as JSON. */
  position (): string {
    const known = this.#random.chance(0.7) ? this.#positions[this.#random.integer(0, MAX_POSITIONS - 1)] : undefined
    return known ?? this.#random.pick(hostilePositions)
  }

  /** So many topics with a place in each, as the inside of a JSON object. */
  places (count: number): string {
    return Array.from({ length: count }, () => `${JSON.stringify(this.#topic())}:${this.position()}`).join(',')
  }

  #topic (): string {
    const kind = this.#random.integer(0, 9)
    if (kind < 6) return `room:${this.room()}`
    if (kind === 6) return `user:${this.parts.userId}`
    return kind === 7 ? this.#random.pick(['all', 'role:user', 'role:admin']) : this.#random.pick(hostileNames)
  }
}
