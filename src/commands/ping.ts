import { Type } from '@sinclair/typebox'
import { command, reply, type Command } from './command.ts'

/** `ping`: the application's own heartbeat, for clients that cannot see protocol pings. */
export function ping (): Command {
  return command({
    type: 'ping',
    payload: Type.Unknown(),
    run (request) {
      reply(request, 'pong', null)
    }
  })
}
