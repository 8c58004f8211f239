import { ALL_TOPIC } from '../hub/topics.ts'
import { AnyPayloadSchema, command, type Command } from './command.ts'
import { checkMayBroadcast, publishFrom } from './publishing.ts'
import type { Services } from './services.ts'

/** `broadcast`: any JSON to everybody else, for those whom the settings allow it. */
export function broadcast ({ hub, policy }: Services): Command {
  return command({
    type: 'broadcast',
    overlaps: () => true,
    payload: AnyPayloadSchema,
    run (request) {
      checkMayBroadcast(policy, request)
      return publishFrom(hub, { ...request, room: undefined }, 'message', ALL_TOPIC)
    }
  })
}
