import { ALL_TOPIC } from '../hub/topics.ts'
import { andThen } from '../maybe-promise.ts'
import { AnyPayloadSchema, command, type Command } from './command.ts'
import { checkMayBroadcast, publishFrom } from './publishing.ts'
import type { Services } from './services.ts'

/** `broadcast`: any JSON to everybody else, for those whom the settings allow it. */
export function broadcast ({ hub, policy, audit }: Services): Command {
  return command({
    type: 'broadcast',
    overlaps: () => true,
    payload: AnyPayloadSchema,
    run (request) {
      checkMayBroadcast(policy, request)
      return andThen(publishFrom(hub, { ...request, room: undefined }, 'message', ALL_TOPIC), () => {
        const { connection: { id, user, address }, id: requestId } = request
        // Where everybody may, it is talk like any other.
        if (policy.clientBroadcast === 'admin') audit.info({ action: 'broadcast', admin_id: user.id, client_id: id, ip: address, type: 'message', id: requestId, target: 'all', outcome: 'done' }, 'admin action')
      })
    }
  })
}
