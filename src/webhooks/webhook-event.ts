import type { ChangeBatch, LoggedChange } from '../relay/change-log.ts'
import { GRACE_ROOM } from '../relay/presence-store.ts'
import type { UserRef } from '../relay/relay-message.ts'

/** What a receiver may be told of. */
export const WEBHOOK_EVENTS = ['connected', 'disconnected', 'joined', 'left', 'room_occupied', 'room_empty'] as const

/** One of {@link WEBHOOK_EVENTS}. */
export type WebhookEventType = typeof WEBHOOK_EVENTS[number]

/** An event as it is sent. */
export interface WebhookEvent {
  /** The same whenever the event is sent again. */
  readonly id: string
  readonly type: WebhookEventType
  /** Who came or went; of a room that is occupied or empty, the first or last one. */
  readonly user: UserRef
  /** Not of `connected` and `disconnected`. */
  readonly room?: string
  /** When it happened, RFC 3339 UTC. */
  readonly at: string
}

/** Most events that a change makes: who comes first occupies the room. */
export const MOST_EVENTS = 2

/** A batch as the events that the receiver wants. */
export function eventsOf ({ id, changes }: ChangeBatch, wanted: ReadonlySet<WebhookEventType>): WebhookEvent[] {
  const all = changes.flatMap((change) => typesOf(change).map((type) => ({ type, change })))
  return all.map(({ type, change }, index) => toEvent(`${id}.${index}`, type, change)).filter(({ type }) => wanted.has(type))
}

function typesOf ({ room, kind, users }: LoggedChange): WebhookEventType[] {
  if (room === GRACE_ROOM) return [kind === 'joined' ? 'connected' : 'disconnected']
  if (kind === 'joined') return users === 1 ? ['joined', 'room_occupied'] : ['joined']
  return users === 0 ? ['left', 'room_empty'] : ['left']
}

function toEvent (id: string, type: WebhookEventType, { user, room, atMs }: LoggedChange): WebhookEvent {
  const at = new Date(atMs).toISOString()
  return room === GRACE_ROOM ? { id, type, user, at } : { id, type, user, room, at }
}
