import { Type, type TSchema } from '@sinclair/typebox'
import { countSchema, described, EpochSchema, RoomSchema, SeqSchema, UserSchema } from './fields.ts'
import { ReplyIdSchema, serverMessage, type ServerMessage } from './server-message.ts'

/** Where a connection is in a stream, after it has come back or come in. */
export const returnFields = {
  epoch: EpochSchema,
  seq: described(SeqSchema, 'The place to come back from: of what follows with `recovered: true` the place before it, else the top of the stream.'),
  recovered: Type.Optional(Type.Boolean({ description: 'For one that comes back: true where all that it missed follows, in order.' })),
  missed: Type.Optional(countSchema('For one that comes back: the number of messages that follow or, with `recovered: false`, that are lost.'))
}

const memberFields = {
  room_id: RoomSchema,
  users: Type.Array(UserSchema, { description: 'Users present, on all nodes; the first 1,000.' }),
  count: countSchema('Users present.'),
  truncated: Type.Optional(Type.Literal(true, { description: 'Not all of the users are listed.' }))
}

const subscriptionFields = {
  room: RoomSchema,
  client_count: countSchema('Connections in the room, of members and subscribers, on all nodes.')
}

const ada = { id: 'ada', name: 'Ada' }

const roomInfo = serverMessage({
  type: 'room_info',
  title: 'Room info',
  description: 'Answer to `join_room`: who is there, the joiner included, and where the room\'s stream stands.',
  isUnasked: false,
  fields: { id: ReplyIdSchema, room: RoomSchema },
  payload: Type.Object({ ...memberFields, ...returnFields }),
  examples: [{ id: 'j1', room: 'general', payload: { room_id: 'general', users: [ada], count: 1, epoch: 'e1', seq: 41 } }]
})

const onlineUsers = serverMessage({
  type: 'online_users',
  title: 'Online users',
  description: 'Answer to `online_users`: who is in a room.',
  isUnasked: false,
  fields: { id: ReplyIdSchema, room: RoomSchema },
  payload: Type.Object(memberFields),
  examples: [{ id: 'o1', room: 'general', payload: { room_id: 'general', users: [ada], count: 1 } }]
})

const subscribed = serverMessage({
  type: 'subscribed',
  title: 'Subscribed',
  description: 'Answer to `subscribe`.',
  isUnasked: false,
  fields: { id: ReplyIdSchema, room: RoomSchema },
  payload: Type.Object({ ...subscriptionFields, ...returnFields }),
  examples: [{ id: 's1', room: 'news', payload: { room: 'news', client_count: 7, epoch: 'e1', seq: 41 } }]
})

const unsubscribed = serverMessage({
  type: 'unsubscribed',
  title: 'Unsubscribed',
  description: 'Answer to `unsubscribe`.',
  isUnasked: false,
  fields: { id: ReplyIdSchema, room: RoomSchema },
  payload: Type.Object({ ...subscriptionFields, epoch: EpochSchema, seq: SeqSchema }),
  examples: [{ id: 's2', room: 'news', payload: { room: 'news', client_count: 6, epoch: 'e1', seq: 41 } }]
})

const userJoined = notice('user_joined', {
  title: 'User joined',
  description: 'A user\'s first connection came into the room. To the other members; not in the stream, and not told in large rooms.',
  payload: UserSchema,
  example: ada
})

const userLeft = notice('user_left', {
  title: 'User left',
  description: 'A user\'s last connection left the room; after a broken connection some seconds later. To the other members; not in the stream.',
  payload: UserSchema,
  example: ada
})

const userTyping = notice('user_typing', {
  title: 'User typing',
  description: 'A member of the room begins or ends typing. To the other members; not in the stream.',
  payload: Type.Object({ is_typing: Type.Boolean({ description: 'False when it has stopped, or has been silent for 6 seconds.' }) }),
  example: { is_typing: true }
})

/** What the server says about rooms and who is in them. */
export const roomFrames: readonly ServerMessage[] = [roomInfo, onlineUsers, subscribed, unsubscribed, userJoined, userLeft, userTyping]

interface Notice {
  readonly title: string
  readonly description: string
  readonly payload: TSchema
  readonly example: object
}

/** A notice to a room about one of its users. */
function notice (type: string, { title, description, payload, example }: Notice): ServerMessage {
  return serverMessage({
    type,
    title,
    description,
    isUnasked: true,
    fields: { room: RoomSchema, sender: UserSchema },
    payload,
    examples: [{ room: 'general', payload: example, sender: ada }]
  })
}
