import { BAD_ROOM_PAYLOAD, reply, roomCommand, RoomPayloadSchema, type Command } from './command.ts'
import type { Services } from './services.ts'

/** `leave_room`: stop being a member; no error for one who is not. */
export function leaveRoom ({ rooms }: Services): Command {
  return roomCommand({
    type: 'leave_room',
    payload: RoomPayloadSchema,
    roomInPayload: true,
    badPayloadText: BAD_ROOM_PAYLOAD,
    async run (request) {
      await rooms.exit(request.connection, request.room)
      if (request.connection.dialect.habits.joinsAsUser === true) await rooms.leaveOthers(request.room, request.connection)
      reply(request, 'ack', {})
    }
  })
}
