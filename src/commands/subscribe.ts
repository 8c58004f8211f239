import { reply, roomCommand, RoomPayloadSchema, type Command } from './command.ts'
import { backOf, replyEntered, ReturnPayloadSchema } from './returning.ts'
import type { Services } from './services.ts'

/** `subscribe`: receive a room's messages without being seen there. */
export function subscribe ({ rooms }: Services): Command {
  return roomCommand({
    type: 'subscribe',
    payload: ReturnPayloadSchema,
    roomInPayload: true,
    async run (request) {
      const { info, replay } = await rooms.subscribe(request.connection, request.room, backOf(request))
      replyEntered(request, 'subscribed', info, replay)
    }
  })
}

/** `unsubscribe`: the end of `subscribe`; no error for one who is not subscribed. */
export function unsubscribe ({ rooms }: Services): Command {
  return roomCommand({
    type: 'unsubscribe',
    payload: RoomPayloadSchema,
    roomInPayload: true,
    async run (request) {
      const state = await rooms.unsubscribe(request.connection, request.room)
      reply(request, 'unsubscribed', state, request.room)
    }
  })
}
