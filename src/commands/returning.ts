import { Type, type Static } from '@sinclair/typebox'
import type { Replay } from '../hub/replay.ts'
import { Reunion, type Return } from '../hub/resumption.ts'
import { roomTopic } from '../hub/topics.ts'
import { described, PositionSchema } from '../protocol/schemas/fields.ts'
import type { Position } from '../relay/relay-message.ts'
import { RoomPayloadSchema, type RoomRequest } from './command.ts'

/** Payload of the requests by which a client comes into a room, or back into it. */
export const ReturnPayloadSchema = Type.Object({
  ...RoomPayloadSchema.properties,
  since: Type.Optional(described(PositionSchema, 'The last place that the client saw: what came after it follows the answer.'))
}, { title: 'Return payload' })

/** With what a client comes back; undefined for one that has no position. */
export function backOf ({ room, payload: { since } }: RoomRequest<Static<typeof ReturnPayloadSchema>>): Return | undefined {
  return since === undefined ? undefined : { since, reunion: new Reunion([roomTopic(room)]) }
}

/**
 * Answers one who has come into a room, and begins to show what it missed. Without anything to show, the answer waits for what is being
 * shown already: it names a place to come back from.
 */
export function replyEntered ({ connection, id, room }: RoomRequest, type: string, info: Position, replay: Replay | undefined): void {
  const { epoch, seq } = info
  if (replay === undefined) connection.sendPlace(type, info, { id, room, topic: roomTopic(room), position: { epoch, seq } })
  else connection.send(type, info, { id, room })
  replay?.start()
}
