import { isRecord } from '../../src/guards.ts'
import type { Answer, Follower } from './follower.ts'
import type { Incoming } from './link.ts'

/** A topic that a client follows, and how. */
export interface Seat {
  readonly follower: Follower
  /** Undefined for the topic of the user. */
  readonly room: string | undefined
  /** A member, or one who is only subscribed. */
  readonly isMember: boolean
}

/** A position that no stream has: the answer to it tells the top. */
const NOWHERE = { epoch: 'none', seq: 0 }

/** What a client says to follow topics: a request, and whom it is for. */
export interface AskingRequest {
  readonly envelope: object
  readonly seats: readonly Seat[]
}

/** One `resume` for all that were followed before, and a plain `join_room` or `subscribe` for each new room. */
export function resumeRequests (seats: readonly Seat[]): AskingRequest[] {
  const isNew = ({ room, follower }: Seat): boolean => room !== undefined && follower.position === undefined
  const known = seats.filter((seat) => !isNew(seat))
  const topics = Object.fromEntries(known.map(({ follower: { topic, position }, room, isMember }) => {
    return [topic, { ...position ?? NOWHERE, ...(room !== undefined && isMember && { member: true }) }]
  }))
  const resume = known.length === 0 ? [] : [{ envelope: { type: 'resume', payload: { topics } }, seats: known }]
  return [...seats.filter(isNew).map(joinRequest), ...resume]
}

/** The same, but with a request with `since` for each room. */
export function sinceRequests (seats: readonly Seat[]): AskingRequest[] {
  const rooms = seats.filter(({ room }) => room !== undefined)
  return [...rooms.map(joinRequest), ...resumeRequests(seats.filter((seat) => !rooms.includes(seat)))]
}

function joinRequest (seat: Seat): AskingRequest {
  const { room, isMember, follower: { position: since } } = seat
  return { envelope: { type: isMember ? 'join_room' : 'subscribe', room, payload: since === undefined ? {} : { since } }, seats: [seat] }
}

/** What an answer says about a topic; undefined if it says nothing. */
export function answerFor (topic: string, { type, payload }: Incoming): Answer | undefined {
  const topics = isRecord(payload.topics) ? payload.topics : {}
  return readAnswer(type === 'resumed' ? topics[topic] : payload)
}

/** Reads `{epoch, seq, recovered?, missed?}`; undefined for anything else. */
export function readAnswer (value: unknown): Answer | undefined {
  if (!isRecord(value)) return undefined
  const { epoch, seq, recovered, missed } = value
  if (typeof epoch !== 'string' || typeof seq !== 'number') return undefined
  return { epoch, seq, ...(typeof recovered === 'boolean' && { recovered }), ...(typeof missed === 'number' && { missed }) }
}
