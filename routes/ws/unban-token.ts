import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { HttpError } from '../../src/http-error.ts'
import { audited } from '../audit.ts'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, tokenSecurity } from '../schemas.ts'
import { TokenParamsSchema } from './token-id.ts'

const AnswerSchema = Type.Object({ success: Type.Literal(true) })

/** `DELETE /ws/tokens/:id/ban`: lets a banned token count again, for administrators. */
const unbanTokenRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'End the ban of a token',
    security: tokenSecurity,
    params: TokenParamsSchema,
    response: { 200: AnswerSchema, 400: ErrorSchema, 404: ErrorSchema, ...adminErrors }
  }

  app.delete('/ws/tokens/:id/ban', { onRequest: requireAdmin(app, adminRoles), schema }, async (request) => {
    const { id } = request.params
    return await audited(request, { action: 'unban_token', token_id: id }, async () => await unban(app, id), () => ({}))
  })
}

export default unbanTokenRoute

async function unban (app: FastifyInstance, tokenId: string): Promise<{ success: true }> {
  if (!await app.hub.tokens.unban(tokenId)) throw new HttpError(404, 'this token is not banned')
  return { success: true }
}
