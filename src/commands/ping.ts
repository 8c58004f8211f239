import { AnyPayloadSchema, command, reply, type Command } from './command.ts'

/** `ping`: the application's own heartbeat, for clients that cannot see protocol pings. */
export function ping (): Command {
  return command({
    type: 'ping',
    payload: AnyPayloadSchema,
    run (request) {
      reply(request, 'pong', null)
    }
  })
}
