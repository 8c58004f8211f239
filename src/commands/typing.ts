import { Type } from '@sinclair/typebox'
import { andThen, type MaybePromise } from '../maybe-promise.ts'
import { roomCommand, RoomPayloadSchema, type Command, type RoomRequest } from './command.ts'
import { checkInRoom, checkRoomPublish } from './publishing.ts'
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

function typingCommand (type: string, byDefault: boolean, services: Services): Command {
  return roomCommand({
    type,
    payload: TypingPayloadSchema,
    roomInPayload: true,
    missingRoomText: null,
    run (request) {
      return andThen(checkMayType(services, request), () => {
        services.typing.tell(request.connection, request.room, request.payload.is_typing ?? byDefault)
      })
    }
  })
}

/** Leave to publish to the room is needed, and to be a member, unless nobody needs to be one: for all, or by its dialect. */
function checkMayType (services: Services, request: RoomRequest): MaybePromise<void> {
  const { policy, rooms } = services
  const { connection: { dialect, rooms: own }, room } = request
  if (own.get(room)?.member === true) return rooms.access.check(request.connection, 'publish', room)
  return andThen(checkRoomPublish(services, request), () => {
    if (policy.publishRequiresJoin && dialect.habits.speaksFromOutside !== true) checkInRoom(request, ['member'])
  })
}
