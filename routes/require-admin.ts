import type { FastifyInstance, FastifyRequest } from 'fastify'
import { hasRole, type Identity } from '../src/auth/identity.ts'
import { HttpError } from '../src/http-error.ts'

const admins = new WeakMap<FastifyRequest, Identity>()

/** A hook for routes of administrators: 401 for nobody, 403 without one of the roles. Runs before the body is looked at. */
export function requireAdmin (app: FastifyInstance, adminRoles: readonly string[]) {
  return async (request: FastifyRequest): Promise<void> => {
    const identity = await app.callers.of(request)
    if (!hasRole(identity, adminRoles)) throw new HttpError(403, 'admin access required')
    admins.set(request, identity)
  }
}

/** Id of the administrator who makes a request that has passed {@link requireAdmin}. */
export function adminOf (request: FastifyRequest): string {
  return admins.get(request)?.userId ?? ''
}
