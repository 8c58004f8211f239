import { Type } from '@sinclair/typebox'
import { isFor } from '../hub/past-audience.ts'
import { roomTopic } from '../hub/topics.ts'
import { JsonText, jsonTextOf } from '../json-text.ts'
import { described, PositionSchema } from '../protocol/schemas/fields.ts'
import type { PastMessage } from '../rooms/room-history.ts'
import { reply, roomCommand, RoomPayloadSchema, type Command } from './command.ts'
import { checkInRoom } from './publishing.ts'
import type { Services } from './services.ts'

/** Messages of a page that does not say how many it wants, and the most that one may want. */
const DEFAULT_LIMIT = 50
const MAX_LIMIT = 100

/** Payload of `history`. */
export const HistoryPayloadSchema = Type.Object({
  ...RoomPayloadSchema.properties,
  since: Type.Optional(described(PositionSchema, 'Only messages after this place.')),
  before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Only messages before this `seq`.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, description: `Most messages wanted; ${DEFAULT_LIMIT} unless given.` }))
}, { title: 'History query' })

/** `history`: a page of what was said in a room, for those who are in it. */
export function history ({ rooms }: Services): Command {
  return roomCommand({
    type: 'history',
    payload: HistoryPayloadSchema,
    roomInPayload: true,
    async run (request) {
      await rooms.access.check(request.connection, 'history', request.room)
      checkInRoom(request, ['member', 'subscriber'])
      const refusal = rooms.refusalOf(request.connection)
      if (refusal !== undefined) throw refusal
      const { connection, room, payload: { since, before, limit = DEFAULT_LIMIT } } = request
      const shown = new Set([roomTopic(room)])
      const { epoch, messages, more } = await rooms.history.page(room, { since, before, limit }, (message) => isFor(message, connection, shown))
      reply(request, 'history', pageText({ room, epoch, more }, messages), room)
    }
  })
}

/** A page with the payloads as they were sent: reading megabytes of them, only to write them again, would hold everybody up. */
function pageText (head: object, messages: readonly PastMessage[]): JsonText {
  return new JsonText(`${JSON.stringify(head).slice(0, -1)},"messages":[${messages.map(messageText).join()}]}`)
}

function messageText ({ type, id, room, payload, sender, timestamp, seq }: PastMessage): string {
  const head = JSON.stringify({ type, id, room }).slice(0, -1)
  const tail = JSON.stringify({ sender, timestamp, seq }).slice(1)
  return `${head},"payload":${jsonTextOf(payload)},${tail}`
}
