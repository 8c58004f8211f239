import { reply, roomCommand, RoomPayloadSchema, type Command } from './command.ts'
import type { Services } from './services.ts'

/** `join_room`: become a member, seen by the others. Asked again, it tells the room's state again. */
export function joinRoom ({ rooms }: Services): Command {
  return roomCommand({
    type: 'join_room',
    payload: RoomPayloadSchema,
    roomInPayload: true,
    async run (request) {
      const info = await rooms.enter(request.connection, request.room)
      reply(request, 'room_info', info, request.room)
    }
  })
}
