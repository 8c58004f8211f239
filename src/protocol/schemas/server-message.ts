import { Type, type TObject, type TProperties, type TSchema } from '@sinclair/typebox'
import { RequestIdSchema } from '../request-id.ts'
import { described, RoomSchema, SeqSchema, TimestampSchema, TopicSchema, UserSchema } from './fields.ts'

/** One message of the server, as the description shows it. */
export interface ServerMessage {
  readonly type: string
  /** False for those that come only as the answer to a request. */
  readonly isUnasked: boolean
  /** The whole envelope, with title, description and examples. */
  readonly schema: TObject
}

/** How the description of a message is made. */
export interface ServerMessageSpec {
  readonly type: string
  readonly title: string
  /** What it says, and when it comes. */
  readonly description: string
  readonly isUnasked: boolean
  /** Fields beside `type`, `payload` and `timestamp`. */
  readonly fields: TProperties
  readonly payload: TSchema
  /** Frames without the fields that all have. */
  readonly examples: readonly object[]
}

const EXAMPLE_TIME = '2026-03-01T12:00:00.000Z'

/** The id of the request that a frame answers, absent where the request had none. */
export const ReplyIdSchema = Type.Optional(RequestIdSchema)

/** The fields of a published message that it gets on its way. */
export const publishedFields = {
  id: Type.Optional(described(RequestIdSchema, 'The publisher\'s id of the message, where it has one.')),
  sender: Type.Optional(described(UserSchema, 'Who sent it; absent where an application or an administrator did.')),
  seq: Type.Optional(described(SeqSchema, 'Place in the topic\'s stream; absent where the topic has none.')),
  topic: Type.Optional(described(TopicSchema, 'The topic of `seq`, where it is not that of `room`.'))
}

/** The room of a published message that may have none. */
export const OptionalRoomSchema = Type.Optional(described(RoomSchema, 'The room that it was published to, where it was one.'))

/** Describes a message of the server. */
export function serverMessage ({ type, title, description, isUnasked, fields, payload, examples }: ServerMessageSpec): ServerMessage {
  const schema = Type.Object({ type: Type.Literal(type), ...fields, payload: titled(payload, title), timestamp: TimestampSchema }, {
    title,
    description,
    examples: examples.map((example) => ({ type, ...example, timestamp: EXAMPLE_TIME }))
  })
  return { type, isUnasked, schema }
}

/** Generators of code name what they make by titles. */
function titled (payload: TSchema, title: string): TSchema {
  return payload['type'] === 'object' ? { title: `${title} payload`, ...payload } : payload
}
