import { Type } from '@sinclair/typebox'
import { endText } from '../hub/expiry.ts'
import { command, reply, type Command } from './command.ts'
import type { SessionServices } from './services.ts'

/** Payload of `refresh_token`. */
export const RefreshPayloadSchema = Type.Object({ token: Type.String({ minLength: 1, description: 'The new JWT.' }) }, { title: 'Refresh payload' })

/** `refresh_token`: lets a newer token of the same user take the place of the one that is about to end. */
export function refreshToken ({ renewal, expiry }: SessionServices): Command {
  return command({
    type: 'refresh_token',
    payload: RefreshPayloadSchema,
    async run (request) {
      const { connection, payload: { token } } = request
      const { expiresAtMs, isNearEnd, roomsLeft } = await renewal.renew(connection, token)
      reply(request, 'token_refreshed', { expires_at: endText(expiresAtMs), ...(roomsLeft.length > 0 && { rooms_left: roomsLeft }) })
      if (isNearEnd) expiry.tell(connection)
    }
  })
}
