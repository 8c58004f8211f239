import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { MAX_BAN_S } from '../../src/hub/moderation.ts'
import { audited } from '../audit.ts'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, MissingNodesSchema, tokenSecurity } from '../schemas.ts'
import { UserParamsSchema } from './user-id.ts'

const BodySchema = Type.Object({
  reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'For the user, in the close frame as far as it fits.' })),
  ban_for_s: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_BAN_S, description: 'For so many seconds the user may not come back.' }))
  // A misspelt ban must not become a mere disconnection.
}, { additionalProperties: false })
const AnswerSchema = Type.Object({
  success: Type.Literal(true),
  closed: Type.Integer({ description: 'Connections closed, on all nodes.' }),
  missing_nodes: MissingNodesSchema
})

/** `POST /ws/users/:id/disconnect`: closes a user's connections on all nodes, and keeps the user out for a while, for administrators. */
const disconnectUserRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'Disconnect a user, and perhaps ban it',
    security: tokenSecurity,
    params: UserParamsSchema,
    body: Type.Union([BodySchema, Type.Null()]),
    response: { 200: AnswerSchema, 400: ErrorSchema, ...adminErrors }
  }

  app.post('/ws/users/:id/disconnect', { onRequest: requireAdmin(app, adminRoles), schema }, async (request) => {
    const { params: { id }, body } = request
    const { reason, ban_for_s: banFor } = body ?? {}
    const options = { ...(reason !== undefined && { reason }), ...(banFor !== undefined && { banFor }) }
    const act = { action: banFor === undefined ? 'disconnect' : 'ban', user_id: id, reason, ban_for_s: banFor } as const
    // A failure does not say that nobody was disconnected: on this node at least they are.
    const { closed, missing_nodes: missing } = await audited(request, act, async () => await app.hub.disconnect({ users: [id] }, options), (outcome) => outcome)
    return { success: true as const, closed, ...(missing !== undefined && { missing_nodes: [...missing] }) }
  })
}

export default disconnectUserRoute
