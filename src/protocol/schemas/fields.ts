import { Type, type TSchema } from '@sinclair/typebox'

/** Any name. A name may hold line separators, which the pattern of any text leaves out; understood by every engine of patterns. */
export const ANY_NAME = '^[\\s\\S]*$'

/** Longest room name, in UTF-16 units. */
export const MAX_ROOM_NAME_UNITS = 128

/** Name of a room, as far as a schema can say it. */
export const RoomSchema = Type.String({
  minLength: 1,
  maxLength: MAX_ROOM_NAME_UNITS,
  description: 'Name of a room: 1 to 128 UTF-16 units in normal form NFC, no control characters, no white space at the ends, none of * { }.'
})

/** A user as others see it. */
export const UserSchema = Type.Object({
  id: Type.String({ description: 'The user id of the token; of a guest, the id of its connection.' }),
  name: Type.String({ description: 'The name to show.' })
}, { title: 'User', description: 'A user as others see it.' })

/** When the server made a frame. */
export const TimestampSchema = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
  description: 'When the server made it: RFC 3339 in UTC, with milliseconds.'
})

/** Where the numbers of a topic began. */
export const EpochSchema = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'Names one numbering of the topic: another one means that the numbers have begun anew.'
})

/** A number in a topic's stream, 0 before its first message. */
export const SeqSchema = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Place in the topic\'s stream, +1 with each message; 0 before the first.'
})

/** A client's place in a topic's stream. */
export const PositionSchema = Type.Object({ epoch: EpochSchema, seq: SeqSchema }, { title: 'Position' })

/** Name of a stream of messages. */
export const TopicSchema = Type.String({ description: 'Name of a topic: room:…, user:…, role:… or all.' })

/** The same schema with another description. */
export function described<S extends TSchema> (schema: S, description: string): S {
  return { ...schema, description }
}

/** Number of things. */
export function countSchema (description: string) {
  return Type.Integer({ minimum: 0, description })
}
