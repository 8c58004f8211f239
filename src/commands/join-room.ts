import { BAD_ROOM_PAYLOAD, roomCommand, type Command } from './command.ts'
import { backOf, replyEntered, ReturnPayloadSchema } from './returning.ts'
import type { Services } from './services.ts'

/** `join_room`: become a member, seen by the others. Asked again, it tells the room's state again. */
export function joinRoom ({ rooms }: Services): Command {
  return roomCommand({
    type: 'join_room',
    payload: ReturnPayloadSchema,
    roomInPayload: true,
    badPayloadText: BAD_ROOM_PAYLOAD,
    async run (request) {
      const { info, replay } = await rooms.enter(request.connection, request.room, backOf(request))
      replyEntered(request, 'room_info', info, replay)
      if (request.connection.dialect.habits.joinsAsUser === true) await rooms.joinOthers(request.room, request.connection)
    }
  })
}
