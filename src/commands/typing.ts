import { Type } from '@sinclair/typebox'
import { roomCommand, type Command } from './command.ts'
import { checkInRoom } from './publishing.ts'
import type { Services } from './services.ts'

const TypingPayloadSchema = Type.Object({
  room_id: Type.Optional(Type.String()),
  is_typing: Type.Optional(Type.Boolean())
})

/** `typing` and `stop_typing`: the same notice with another default. Without a room both are ignored silently. */
export function typing (services: Services): Command {
  return typingCommand('typing', true, services)
}

/** See {@link typing}. */
export function stopTyping (services: Services): Command {
  return typingCommand('stop_typing', false, services)
}

function typingCommand (type: string, byDefault: boolean, { typing: notices, policy }: Services): Command {
  return roomCommand({
    type,
    payload: TypingPayloadSchema,
    roomInPayload: true,
    missingRoomText: null,
    run (request) {
      if (policy.publishRequiresJoin) checkInRoom(request, ['member'])
      notices.tell(request.connection, request.room, request.payload.is_typing ?? byDefault)
    }
  })
}
