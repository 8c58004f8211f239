import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler'
import { HubError } from '../errors.ts'
import { isRecord } from '../guards.ts'
import type { Connection } from '../hub/connection.ts'
import type { RoomName } from '../hub/topics.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import type { RawRequest } from '../protocol/dialect.ts'
import { shortPath } from '../protocol/json-guard.ts'
import { RequestIdSchema } from '../protocol/request-id.ts'
import { checkRoomName } from '../rooms/room-name.ts'

/** A checked request. */
export interface Request<P = unknown> {
  readonly connection: Connection
  readonly type: string
  readonly id: string | undefined
  readonly room: RoomName | undefined
  readonly payload: P
}

/** A checked request about a room. */
export interface RoomRequest<P = unknown> extends Request<P> {
  readonly room: RoomName
}

/** A message type: checks a raw request and carries it out. Throws or rejects with a `HubError` to refuse it. */
export interface Command {
  readonly type: string
  /** True where a request need not wait for the answer to an earlier one of such a type: the relay keeps their order. */
  readonly overlaps?: (() => boolean) | undefined
  /** What a payload has to be. */
  readonly payload: TSchema
  /** Only for users with one of these roles. */
  readonly roles?: readonly string[] | undefined
  run (connection: Connection, raw: RawRequest): MaybePromise<void>
}

/** How a message type is made. */
export interface CommandSpec<S extends TSchema> extends Pick<Command, 'type' | 'overlaps' | 'roles'> {
  readonly payload: S
  readonly run: (request: Request<Static<S>>) => MaybePromise<void>
}

/** How a message type about a room is made. */
export interface RoomCommandSpec<S extends TSchema> extends Pick<Command, 'type' | 'overlaps'> {
  readonly payload: S
  /** True where `payload.room_id` may name the room. */
  readonly roomInPayload: boolean
  /** Text of `MISSING_ROOM`; `null` for types that are ignored silently without a room. */
  readonly missingRoomText?: string | null
  /** Begins the text of `INVALID_PAYLOAD`, where clients in the field look for certain words. */
  readonly badPayloadText?: string
  readonly run: (request: RoomRequest<Static<S>>) => MaybePromise<void>
}

/** Payload of the types that need nothing but a room. */
export const RoomPayloadSchema = Type.Object({
  room_id: Type.Optional(Type.String({ description: 'The room, where it does not stand at the top of the envelope; both have to be the same.' }))
}, { title: 'Room payload' })

/** What document 000 says of a bad join or leave. */
export const BAD_ROOM_PAYLOAD = 'invalid room payload'

/** Payload of the types that take anything. */
export const AnyPayloadSchema = Type.Unknown({ description: 'Any JSON.' })

const headCheck = TypeCompiler.Compile(Type.Object({
  id: Type.Optional(RequestIdSchema),
  room: Type.Optional(Type.String())
}))

/** Makes a message type that may name a room but does not need one. */
export function command<S extends TSchema> ({ type, overlaps, payload, roles, run }: CommandSpec<S>): Command {
  const payloadCheck = TypeCompiler.Compile(payload)
  return {
    type,
    overlaps,
    payload,
    roles,
    run (connection, raw) {
      const head = checked(headCheck, raw, '')
      const body = checkedPayload(payloadCheck, raw)
      const name = roomOf(head.room, undefined)
      const room = name === undefined ? undefined : checkRoomName(name)
      return run({ connection, type, id: head.id, room, payload: body })
    }
  }
}

/** Makes a message type about a room. */
export function roomCommand<S extends TSchema> (spec: RoomCommandSpec<S>): Command {
  const { type, overlaps, roomInPayload, missingRoomText = 'room is required', badPayloadText } = spec
  const payloadCheck = TypeCompiler.Compile(spec.payload)
  return {
    type,
    overlaps,
    payload: spec.payload,
    run (connection, raw) {
      const head = checked(headCheck, raw, '')
      const payload = checkedPayload(payloadCheck, raw, badPayloadText)
      const room = roomOf(head.room, roomInPayload ? raw.payload : undefined)
      if (room === undefined && missingRoomText === null) return
      if (room === undefined) throw new HubError('MISSING_ROOM', missingRoomText ?? '')
      return spec.run({ connection, type, id: head.id, room: checkRoomName(room), payload })
    }
  }
}

/** Answers the connection that asked, with the id of its request. */
export function reply ({ connection, id }: Request, type: string, payload: unknown, room?: RoomName): void {
  connection.send(type, payload, { id, room })
}

/** A payload of `null` stands for none: where an object is expected, for one without properties. */
function checkedPayload<S extends TSchema> (check: TypeCheck<S>, raw: RawRequest, badText?: string): Static<S> {
  const payload = raw.payload === null && !check.Check(null) ? {} : raw.payload
  return checked(check, payload, badText === undefined ? '/payload' : `${badText}: /payload`)
}

function checked<S extends TSchema> (check: TypeCheck<S>, value: unknown, path: string): Static<S> {
  if (check.Check(value)) return value
  const error = check.Errors(value).First()
  throw new HubError('INVALID_PAYLOAD', `${path}${shortPath(error?.path ?? '')}: ${error?.message ?? 'unexpected value'}`)
}

/** The room at the top or in the payload; an empty one counts as absent. */
function roomOf (top: string | undefined, payload: unknown): string | undefined {
  const inPayload = isRecord(payload) && typeof payload['room_id'] === 'string' ? payload['room_id'] : ''
  if (top !== undefined && top !== '' && inPayload !== '' && inPayload !== top) {
    throw new HubError('INVALID_PAYLOAD', '/payload/room_id: expected the same room as /room')
  }
  return top || inPayload || undefined
}
