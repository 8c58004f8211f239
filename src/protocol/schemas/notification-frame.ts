import { Type } from '@sinclair/typebox'
import { reservedTypes, SYSTEM_ALERT } from '../reserved-types.ts'
import { described, TimestampSchema } from './fields.ts'
import { OptionalRoomSchema, publishedFields, type ServerMessage } from './server-message.ts'

/**
 * What an application sends: notifications of types of its own, and the replies of its own handlers. The one message whose `type` is not
 * a single name.
 */
export const notification: ServerMessage = {
  type: 'notification',
  isUnasked: true,
  schema: Type.Object({
    type: Type.String({
      minLength: 1,
      description: 'A type of the application: any name that the protocol does not use itself.',
      not: { enum: reservedTypes.filter((type) => type !== SYSTEM_ALERT) }
    }),
    ...publishedFields,
    id: Type.Optional(described(publishedFields.id, 'The publisher\'s id of the message or, of a handler\'s reply, the id of the request.')),
    room: OptionalRoomSchema,
    payload: Type.Unknown({ description: 'As the application sent it.' }),
    timestamp: TimestampSchema
  }, {
    title: 'Notification',
    description: 'A message of the application, from `POST /ws/broadcast`, `POST /ws/publish` or in-process: any type, any payload.',
    examples: [{ type: 'user.updated', payload: { user_id: 'ada' }, timestamp: '2026-03-01T12:00:00.000Z', seq: 4, topic: 'user:ada' }]
  })
}
