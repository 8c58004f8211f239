import { reply, roomCommand, RoomPayloadSchema, type Command } from './command.ts'
import type { Services } from './services.ts'

/** `online_users`: who is in a room, for those who may join it. */
export function onlineUsers ({ rooms }: Services): Command {
  return roomCommand({
    type: 'online_users',
    payload: RoomPayloadSchema,
    roomInPayload: true,
    async run (request) {
      await rooms.access.check(request.connection, 'presence', request.room)
      reply(request, 'online_users', await rooms.members(request.room), request.room)
    }
  })
}
