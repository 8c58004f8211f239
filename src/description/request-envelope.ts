import { Type, type TObject, type TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { RequestIdSchema } from '../protocol/request-id.ts'
import { described, RoomSchema } from '../protocol/schemas/fields.ts'

/**
 * Where a request names its room: `top` in the envelope alone, `anywhere` there or in `payload.room_id`, `optional` where it wants one,
 * `none` where a room says nothing.
 */
export type RoomUse = 'top' | 'anywhere' | 'optional' | 'none'

/** What the envelope of a request is made of. */
export interface RequestParts {
  readonly type: string
  readonly room: RoomUse
  /** The schema that the service itself checks payloads with. */
  readonly payload: TSchema
  readonly title: string
  readonly description: string
  /** Requests without their type. */
  readonly examples: readonly object[]
}

/** A schema that says `one of both` is one that generators of code make nothing of: the text says it. */
const RoomSomewhereSchema = described(RoomSchema, 'Name of the room. Required, unless `payload.room_id` names it.')

/** The whole envelope of a request. Open for further fields, as the service is. */
export function requestSchema ({ type, room, payload, title, description, examples }: RequestParts): TObject {
  const needsPayload = !Value.Check(payload, {}) && !Value.Check(payload, null)
  return Type.Object({
    type: Type.Literal(type),
    id: Type.Optional(RequestIdSchema),
    ...(room === 'top' && { room: RoomSchema }),
    ...(room === 'anywhere' && { room: Type.Optional(RoomSomewhereSchema) }),
    ...(room === 'optional' && { room: Type.Optional(RoomSchema) }),
    payload: needsPayload ? payload : Type.Optional(payload)
  }, {
    title,
    description,
    examples: examples.map((example) => ({ type, ...example }))
  })
}
