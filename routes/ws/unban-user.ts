import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { HttpError } from '../../src/http-error.ts'
import { adminOf, requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, tokenSecurity } from '../schemas.ts'
import { UserParamsSchema } from './user-id.ts'

const AnswerSchema = Type.Object({ success: Type.Literal(true) })

/** `DELETE /ws/users/:id/ban`: lets a banned user in again, for administrators. */
const unbanUserRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const log = app.log.child({ logger: 'audit' })
  const schema = {
    tags: ['admin'],
    summary: 'End a ban',
    security: tokenSecurity,
    params: UserParamsSchema,
    response: { 200: AnswerSchema, 400: ErrorSchema, 404: ErrorSchema, ...adminErrors }
  }

  app.delete('/ws/users/:id/ban', { onRequest: requireAdmin(app, adminRoles), schema }, async (request) => {
    const { id } = request.params
    if (!await app.hub.unban(id)) throw new HttpError(404, 'this user is not banned')
    log.info({ admin_id: adminOf(request), user_id: id }, 'ban ended')
    return { success: true as const }
  })
}

export default unbanUserRoute
