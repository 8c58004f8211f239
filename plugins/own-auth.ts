import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { fromGiven, type GivenIdentity } from '../src/auth/given-identity.ts'
import type { Identity } from '../src/auth/identity.ts'
import { HubError } from '../src/errors.ts'
import { isRecord } from '../src/guards.ts'
import { authenticationRequired, HttpError, isHttpStatus, unavailable } from '../src/http-error.ts'
import { andThen, attempt, settled, type MaybePromise } from '../src/maybe-promise.ts'
import { toCallers } from './callers.ts'

/** How an application says itself who somebody is. */
export interface OwnAuthOptions {
  /**
   * Whose a request is, by a session or whatever the application knows; undefined for nobody. Asked once for each request, handshakes
   * included, after the hooks that were there before the hub. What it throws with a `statusCode` below 500 is a refusal, all else means
   * that nobody can tell now (503).
   */
  authenticate (request: FastifyRequest): MaybePromise<GivenIdentity | null | undefined>
  /**
   * Whose a token is that a client sends with `refresh_token`, and when it ends: the connection, which must have an end, goes on until then.
   * Without this function the message is refused. Throws where the token is no good.
   */
  identify? (token: string): MaybePromise<GivenIdentity & { readonly expiresAtMs: number }>
}

/** Decorates `callers`: in place of the jwt plugin, for an application that has its own way to tell who somebody is. */
export default fp<OwnAuthOptions>(async (app, { authenticate, identify }) => {
  const answers = new WeakMap<FastifyRequest, MaybePromise<Identity | undefined>>()
  const find = (request: FastifyRequest): MaybePromise<Identity | undefined> => {
    if (answers.has(request)) return answers.get(request)
    const answer = attempt(() => andThen(settled(authenticate(request)), (given) => given == null ? undefined : lasting(fromGiven(given))), refuse)
    answers.set(request, answer)
    return answer
  }
  app.decorate('callers', toCallers({
    find,
    knocking: find,
    identify (token) {
      if (identify === undefined) throw new HubError('FORBIDDEN', 'there are no tokens here: the application itself says who is connected')
      return attempt(() => andThen(settled(identify(token)), fromGiven), refuseInBand)
    }
  }))
}, { name: 'own-auth', fastify: '5.x' })

/** Nobody is whose time is over. */
function lasting (identity: Identity): Identity | undefined {
  return identity.expiresAtMs !== undefined && identity.expiresAtMs <= Date.now() ? undefined : identity
}

/** The application refuses somebody, or something has failed: nobody is sent away for good because a database is not there. */
async function refuse (error: unknown): Promise<never> {
  if (error instanceof HttpError) throw error
  const status = isRecord(error) ? Number(error['statusCode']) : NaN
  if (status === 401) throw authenticationRequired(error)
  if (error instanceof Error && isHttpStatus(status) && status < 500) throw new HttpError(status, error.message, { cause: error })
  throw unavailable('authentication unavailable', error)
}

/** The same where no answer of HTTP comes of it. */
async function refuseInBand (error: unknown): Promise<never> {
  if (error instanceof HubError) throw error
  throw new HubError('UNAUTHORIZED', String(error))
}
