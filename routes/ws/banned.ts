import type { FastifyInstance } from 'fastify'
import type { Identity } from '../../src/auth/identity.ts'
import { banText } from '../../src/hub/moderation.ts'
import { HttpError } from '../../src/http-error.ts'
import { banOf, type Ban } from '../../src/relay/ban-list.ts'

/** The refusal of somebody who is banned, or whose token is. */
export class Banned extends HttpError {
  /** Tells until when, as a close reason too. */
  constructor (ban: Ban) {
    super(403, banText(ban))
  }
}

/** The refusal of somebody where there is a reason for it. */
export function banRefusal ({ relay }: FastifyInstance, identity: Identity): Banned | undefined {
  const ban = banOf(relay.port, identity)
  return ban && new Banned(ban)
}
