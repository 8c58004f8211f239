import { Type } from '@sinclair/typebox'
import { roomCommand, RoomPayloadSchema, type Command, type RoomRequest } from './command.ts'
import { checkInRoom, checkRoomPublish } from './publishing.ts'
import type { PublishPolicy, Services } from './services.ts'

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
      checkMayType(policy, request)
      notices.tell(request.connection, request.room, request.payload.is_typing ?? byDefault)
    }
  })
}

/** Who is no member needs leave to publish to the room, and that nobody needs to be one: for all, or by its dialect. */
function checkMayType (policy: PublishPolicy, request: RoomRequest): void {
  const { connection: { dialect, rooms }, room } = request
  if (rooms.get(room)?.member === true) return
  if (policy.publishRequiresJoin && dialect.habits.speaksFromOutside !== true) checkInRoom(request, ['member'])
  checkRoomPublish(policy, request)
}
