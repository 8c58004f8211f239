import { roomTopic } from '../hub/topics.ts'
import { andThen } from '../maybe-promise.ts'
import { AnyPayloadSchema, roomCommand, type Command } from './command.ts'
import { checkMaySpeak, checkRoomPublish, publishFrom } from './publishing.ts'
import type { Services } from './services.ts'

/** `publish`: any JSON of a member or subscriber to the others in the room. */
export function publish (services: Services): Command {
  const { hub, policy, rooms } = services
  return roomCommand({
    type: 'publish',
    // What the application says may come in another order than it was asked.
    overlaps: () => !rooms.access.asksApplication,
    payload: AnyPayloadSchema,
    roomInPayload: false,
    run (request) {
      return andThen(checkRoomPublish(services, request), () => {
        if (policy.publishRequiresJoin) checkMaySpeak(request, ['member', 'subscriber'])
        return publishFrom(hub, request, 'message', roomTopic(request.room))
      })
    }
  })
}
