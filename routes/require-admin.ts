import type { FastifyInstance, FastifyRequest } from 'fastify'
import { hasRole, type Identity } from '../src/auth/identity.ts'
import { HttpError } from '../src/http-error.ts'
import { banRefusal } from './ws/banned.ts'

const admins = new WeakMap<FastifyRequest, Identity>()

/** A hook for routes of administrators: 401 for nobody, 403 without one of the roles and for who is banned. Runs before the body is looked at. */
export function requireAdmin (app: FastifyInstance, adminRoles: readonly string[]) {
  return async (request: FastifyRequest): Promise<void> => {
    const identity = await app.callers.of(request)
    const refusal = banRefusal(app, identity) ?? (hasRole(identity, adminRoles) ? undefined : new HttpError(403, 'admin access required'))
    if (refusal !== undefined) {
      logRefused(request, identity)
      throw refusal
    }
    admins.set(request, identity)
  }
}

/** Id of the administrator who makes a request that has passed {@link requireAdmin}. */
export function adminOf (request: FastifyRequest): string {
  return admins.get(request)?.userId ?? ''
}

/** The query is left out: tokens stand there. */
function logRefused ({ log, method, url, ip }: FastifyRequest, { userId }: Identity): void {
  log.child({ logger: 'audit' }).warn({ user_id: userId, method, url: url.replace(/\?.*$/s, ''), ip }, 'admin access refused')
}
