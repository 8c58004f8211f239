import { Type, type Static } from '@sinclair/typebox'
import type { HubEvent } from '../../src/hub/event.ts'
import type { Target } from '../../src/hub/targets.ts'
import { HttpError } from '../../src/http-error.ts'
import { roomNameProblem } from '../../src/rooms/room-name.ts'
import { jsonProblem } from '../../src/protocol/json-guard.ts'
import { RequestIdSchema } from '../../src/protocol/request-id.ts'
import { isNotificationType, SYSTEM_ALERT } from '../../src/protocol/reserved-types.ts'

const NamesSchema = Type.Optional(Type.Array(Type.String({ minLength: 1 }), { maxItems: 10_000 }))

const TargetSchema = Type.Object({
  users: NamesSchema,
  roles: NamesSchema,
  rooms: NamesSchema,
  connections: NamesSchema
}, { additionalProperties: false })

/** A message of an administrator or backend: a system alert, or a notification of any type. */
export const NotificationSchema = Type.Object({
  message: Type.Optional(Type.String({ minLength: 1, description: 'Text of a system.alert.' })),
  priority: Type.Optional(Type.Union([Type.Literal('normal'), Type.Literal('high')])),
  metadata: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  type: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'Type of a notification.' })),
  payload: Type.Optional(Type.Unknown()),
  target: Type.Optional(TargetSchema),
  except: Type.Optional(TargetSchema),
  id: Type.Optional(RequestIdSchema),
  sender: Type.Optional(Type.Unknown({ description: 'Ignored, as is timestamp: a message over REST has no sender.' })),
  timestamp: Type.Optional(Type.Unknown())
  // A misspelt target must not become a message to everybody.
}, { additionalProperties: false })

/** A message of an administrator as it came. */
export type Notification = Static<typeof NotificationSchema>

/** What is to be published, to whom, and to whom not. */
export interface Publication {
  readonly target: Target | 'all'
  readonly event: HubEvent
  readonly except: Target
}

/** Checks what a schema cannot say. Throws a 400 that names the field. */
export function toNotification (body: Notification): Publication {
  const { target, except = {} } = body
  const flaw = jsonProblem(body)
  if (flaw !== undefined) throw invalid(flaw)
  if (target !== undefined && isEmpty(target)) throw invalid('/target: expected at least one user, role, room or connection; leave it out for everybody')
  checkRooms('/target/rooms', target)
  checkRooms('/except/rooms', except)
  return { target: target ?? 'all', event: toEvent(body), except }
}

function toEvent (body: Notification): HubEvent {
  const { message, priority = 'normal', metadata = {}, type, payload = null, id } = body
  const withId = id === undefined ? {} : { id }
  if (type === undefined && message === undefined) throw invalid('/message: expected a message, or type and payload')
  if (isMixed(body)) throw invalid('/type: expected either message, priority and metadata, or type and payload, not both')
  if (type === undefined) return { type: SYSTEM_ALERT, payload: { message, priority, metadata }, ...withId }
  if (!isNotificationType(type)) throw invalid(`/type: expected a type that the protocol does not use itself, got ${type}`)
  return { type, payload, ...withId }
}

function isMixed ({ message, priority, metadata, type, payload }: Notification): boolean {
  const isAlert = message !== undefined || priority !== undefined || metadata !== undefined
  return isAlert && (type !== undefined || payload !== undefined)
}

function isEmpty ({ users = [], roles = [], rooms = [], connections = [] }: Target): boolean {
  return users.length + roles.length + rooms.length + connections.length === 0
}

function checkRooms (path: string, { rooms = [] }: Target = {}): void {
  for (const [index, room] of rooms.entries()) {
    const problem = roomNameProblem(room)
    if (problem !== undefined) throw new HttpError(400, `${path}/${index}: ${problem}`, { code: 'INVALID_ROOM' })
  }
}

function invalid (text: string): HttpError {
  return new HttpError(400, text, { code: 'INVALID_PAYLOAD' })
}
