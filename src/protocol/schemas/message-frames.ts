import { Type } from '@sinclair/typebox'
import { SYSTEM_ALERT } from '../reserved-types.ts'
import { ErrorPayloadSchema } from './error-frame.ts'
import { ANY_NAME, described, EpochSchema, RoomSchema, SeqSchema, TimestampSchema } from './fields.ts'
import { returnFields } from './room-frames.ts'
import { OptionalRoomSchema, publishedFields, ReplyIdSchema, serverMessage, type ServerMessage } from './server-message.ts'

const ada = { id: 'ada', name: 'Ada' }
const AsSentSchema = Type.Unknown({ description: 'As it was sent.' })

/** What `{message, priority?, metadata?}` becomes. */
const AlertSchema = Type.Object({
  message: Type.String({ description: 'The text.' }),
  priority: Type.Union([Type.Literal('normal'), Type.Literal('high')], { title: 'Priority', description: 'How urgent it is.' }),
  metadata: Type.Record(Type.String({ pattern: ANY_NAME }), Type.Unknown(), { title: 'Metadata', description: 'Whatever was sent along.' })
}, { title: 'Alert' })

const newMessage = serverMessage({
  type: 'new_message',
  title: 'New message',
  description: 'A chat message, from `send_message`. To the room\'s members and subscribers but the connection that sent it.',
  isUnasked: true,
  fields: { ...publishedFields, room: RoomSchema },
  payload: AsSentSchema,
  examples: [{ id: 'm1', room: 'general', payload: { content: 'hello' }, sender: ada, seq: 42 }]
})

const message = serverMessage({
  type: 'message',
  title: 'Message',
  description: 'Any JSON, from `publish` or `broadcast`. To everybody in the room, or everybody, but the connection that sent it.',
  isUnasked: true,
  fields: { ...publishedFields, room: OptionalRoomSchema },
  payload: AsSentSchema,
  examples: [
    { id: 'm2', room: 'news', payload: { headline: 'Ten years' }, sender: ada, seq: 7 },
    { payload: 'hello all', sender: ada }
  ]
})

const systemAlert = serverMessage({
  type: SYSTEM_ALERT,
  title: 'System alert',
  description: 'A message of an administrator, from `POST /ws/broadcast`.',
  isUnasked: true,
  fields: { ...publishedFields, room: OptionalRoomSchema },
  payload: Type.Union([AlertSchema, Type.Unknown({ description: 'Whatever was sent as `{type, payload}`.' })]),
  examples: [{ payload: { message: 'Back in five minutes', priority: 'high', metadata: {} } }]
})

/** One message of a page of the past. */
const PastMessageSchema = Type.Object({
  type: Type.String({ description: 'Message type, as it was delivered.' }),
  id: publishedFields.id,
  room: RoomSchema,
  payload: AsSentSchema,
  sender: publishedFields.sender,
  timestamp: TimestampSchema,
  seq: described(SeqSchema, 'Place in the room\'s stream.')
}, { title: 'Past message' })

const history = serverMessage({
  type: 'history',
  title: 'History',
  description: 'Answer to `history`: a page of what was said in a room.',
  isUnasked: false,
  fields: { id: ReplyIdSchema, room: RoomSchema },
  payload: Type.Object({
    room: RoomSchema,
    epoch: EpochSchema,
    messages: Type.Array(PastMessageSchema, { description: 'The messages, oldest first.' }),
    more: Type.Boolean({ description: 'There are further ones in the direction that was asked for.' })
  }),
  examples: [{
    id: 'h1',
    room: 'general',
    payload: {
      room: 'general',
      epoch: 'e1',
      messages: [{ type: 'new_message', room: 'general', payload: { content: 'hello' }, sender: ada, timestamp: '2026-03-01T11:59:00.000Z', seq: 42 }],
      more: false
    }
  }]
})

/** What comes of the way back to one topic. */
const ReturnSchema = Type.Object({
  ...returnFields,
  recovered: Type.Boolean({ description: 'True where all that was missed follows, in order.' }),
  error: Type.Optional(described(ErrorPayloadSchema, 'Why the topic was refused; the place is the one that was asked for.'))
}, { title: 'Resumed topic' })

const resumed = serverMessage({
  type: 'resumed',
  title: 'Resumed',
  description: 'Answer to `resume`. What was missed follows, in order, topic by topic as far as it is kept.',
  isUnasked: false,
  fields: { id: ReplyIdSchema },
  payload: Type.Object({
    topics: Type.Record(Type.String({ pattern: ANY_NAME }), ReturnSchema, { title: 'Resumed topics', description: 'By topic: what comes of it.' })
  }),
  examples: [{ id: 'r1', payload: { topics: { 'room:general': { recovered: true, missed: 2, epoch: 'e1', seq: 41 } } } }]
})

/** What was published, and answers that hold or announce it. */
export const messageFrames: readonly ServerMessage[] = [newMessage, message, systemAlert, history, resumed]
