import type { FastifyRequest } from 'fastify'
import type { Identity } from '../src/auth/identity.ts'
import { authenticationRequired } from '../src/http-error.ts'
import { andThen, type MaybePromise } from '../src/maybe-promise.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who makes a request: by a token, or as the application says. */
    callers: Callers
  }
}

/** Finds out who somebody is. What was found out for a request is not looked at again. */
export interface Callers {
  /** Whose a request is; undefined where it brings nothing to tell by. Throws or rejects with 401 for what is no good, with 503 when nobody can tell now. */
  find (request: FastifyRequest): MaybePromise<Identity | undefined>
  /** As {@link find} for those who have to be somebody: throws or rejects with 401 where nothing tells. */
  of (request: FastifyRequest): MaybePromise<Identity>
  /** As {@link find} for a handshake, which may have its token elsewhere than other requests. */
  knocking (request: FastifyRequest, token: string | undefined): MaybePromise<Identity | undefined>
  /** Whose a token is that comes without a request. Throws or rejects with a `HubError`: `UNAUTHORIZED`, `UNAVAILABLE`, `FORBIDDEN` where there are no tokens. */
  identify (token: string): MaybePromise<Identity>
}

/** Completes what differs between the ways to tell who somebody is. */
export function toCallers (ways: Omit<Callers, 'of'>): Callers {
  return { ...ways, of: (request) => andThen(ways.find(request), somebody) }
}

/** Throws 401 where nobody was found. */
export function somebody (found: Identity | undefined): Identity {
  if (found === undefined) throw authenticationRequired(new Error('missing authentication token'))
  return found
}
