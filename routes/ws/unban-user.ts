import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { HttpError } from '../../src/http-error.ts'
import { audited } from '../audit.ts'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, tokenSecurity } from '../schemas.ts'
import { UserParamsSchema } from './user-id.ts'

const AnswerSchema = Type.Object({ success: Type.Literal(true) })

/** `DELETE /ws/users/:id/ban`: lets a banned user in again, for administrators. */
const unbanUserRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'End a ban',
    security: tokenSecurity,
    params: UserParamsSchema,
    response: { 200: AnswerSchema, 400: ErrorSchema, 404: ErrorSchema, ...adminErrors }
  }

  app.delete('/ws/users/:id/ban', { onRequest: requireAdmin(app, adminRoles), schema }, async (request) => {
    const { id } = request.params
    return await audited(request, { action: 'unban', user_id: id }, async () => await unban(app, id), () => ({}))
  })
}

export default unbanUserRoute

async function unban (app: FastifyInstance, userId: string): Promise<{ success: true }> {
  if (!await app.hub.unban(userId)) throw new HttpError(404, 'this user is not banned')
  return { success: true }
}
