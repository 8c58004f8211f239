import { reply, roomCommand, RoomPayloadSchema, type Command } from './command.ts'
import type { Services } from './services.ts'

/** `leave_room`: stop being a member; no error for one who is not. */
export function leaveRoom ({ rooms }: Services): Command {
  return roomCommand({
    type: 'leave_room',
    payload: RoomPayloadSchema,
    roomInPayload: true,
    async run (request) {
      await rooms.exit(request.connection, request.room)
      reply(request, 'ack', {})
    }
  })
}
