import { Type } from '@sinclair/typebox'
import { roomCommand, RoomPayloadSchema, type Command } from './command.ts'
import { checkInRoom } from './publishing.ts'
import type { Services } from './services.ts'

/** Payload of `typing` and `stop_typing`. */
export const TypingPayloadSchema = Type.Object({
  ...RoomPayloadSchema.properties,
  is_typing: Type.Optional(Type.Boolean({ description: 'Unless given: true for `typing`, false for `stop_typing`.' }))
}, { title: 'Typing payload' })

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
