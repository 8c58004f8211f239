import { roomTopic } from '../hub/topics.ts'
import { AnyPayloadSchema, roomCommand, type Command } from './command.ts'
import { checkMaySpeak, checkRoomPublish, publishFrom } from './publishing.ts'
import type { Services } from './services.ts'

/** `publish`: any JSON of a member or subscriber to the others in the room. */
export function publish ({ hub, policy }: Services): Command {
  return roomCommand({
    type: 'publish',
    overlaps: true,
    payload: AnyPayloadSchema,
    roomInPayload: false,
    run (request) {
      checkRoomPublish(policy, request)
      if (policy.publishRequiresJoin) checkMaySpeak(request, ['member', 'subscriber'])
      return publishFrom(hub, request, 'message', roomTopic(request.room))
    }
  })
}
