import { Type } from '@sinclair/typebox'
import { roomTopic } from '../hub/topics.ts'
import { andThen } from '../maybe-promise.ts'
import { roomCommand, type Command } from './command.ts'
import { checkMaySpeak, checkRoomPublish, publishFrom } from './publishing.ts'
import type { Services } from './services.ts'

/** Payload of `send_message`; further fields are passed on. */
export const ChatPayloadSchema = Type.Object({
  content: Type.String({ description: 'The text.' }),
  reply_to: Type.Optional(Type.String({ description: 'Id of the message that it answers.' }))
}, { title: 'Chat payload' })

/** `send_message`: a chat message of a member to the others in the room. */
export function sendMessage (services: Services): Command {
  const { hub, rooms } = services
  return roomCommand({
    type: 'send_message',
    // What the application says may come in another order than it was asked.
    overlaps: () => !rooms.access.asksApplication,
    payload: ChatPayloadSchema,
    roomInPayload: false,
    missingRoomText: 'room is required for sending messages',
    run (request) {
      return andThen(checkRoomPublish(services, request), () => {
        checkMaySpeak(request, ['member'])
        return publishFrom(hub, request, 'new_message', roomTopic(request.room))
      })
    }
  })
}
