import { createHash, timingSafeEqual } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { DEFAULT_ADMIN_ROLES } from '../src/auth/identity.ts'
import { bearerToken } from '../src/auth/token-sources.ts'
import { requireAdmin } from './require-admin.ts'
import { adminErrors, tokenSecurity } from './schemas.ts'

/** Who may read the metrics. */
export interface MetricsRouteOptions {
  readonly adminRoles?: readonly string[]
  /** A secret of its own for whoever collects them; an administrator's token will do, too. */
  readonly token?: string | undefined
  /** True lets everybody in. */
  readonly open?: boolean
}

/** `GET /metrics`: this node in Prometheus' text format, for administrators and whoever has the secret. */
const metricsRoute: FastifyPluginAsync<MetricsRouteOptions> = async (app, { adminRoles = DEFAULT_ADMIN_ROLES, token, open = false }) => {
  // Throws where it is missing, and says so.
  app.getDecorator('metrics')
  const ofAdmin = requireAdmin(app, adminRoles)
  const guard = async (request: FastifyRequest): Promise<void> => {
    if (!open && !isSecret(bearerToken(request.headers.authorization), token)) await ofAdmin(request)
  }
  const schema = {
    tags: ['health'],
    summary: 'Metrics of this node',
    security: tokenSecurity,
    response: { 200: { description: 'Prometheus text format', content: { 'text/plain': { schema: Type.String() } } }, ...adminErrors }
  }

  app.get('/metrics', { onRequest: [app.limits.rest, guard], schema }, async (_request, reply) => (
    await reply.header('cache-control', 'no-store').type(app.metrics.contentType).send(await app.metrics.text())
  ))
}

export default metricsRoute

/** Compares in a time that tells nothing about the secret, its length included. */
function isSecret (given: string | undefined, secret: string | undefined): boolean {
  return given !== undefined && secret !== undefined && timingSafeEqual(digest(given), digest(secret))
}

function digest (text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
