import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifySchemaValidationError } from 'fastify'
import { MAX_BAN_S } from '../../src/hub/moderation.ts'
import { describeFlaws } from '../../plugins/error-handler.ts'
import { audited } from '../audit.ts'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, MissingNodesSchema, tokenSecurity } from '../schemas.ts'
import { TokenParamsSchema } from './token-id.ts'

const BodySchema = Type.Object({
  reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'For whoever has the token, in the close frame as far as it fits.' })),
  ban_for_s: Type.Integer({ minimum: 1, maximum: MAX_BAN_S, description: 'Seconds; at least as long as the token would be good, which the service cannot know.' })
}, { additionalProperties: false })
const AnswerSchema = Type.Object({
  success: Type.Literal(true),
  closed: Type.Integer({ description: 'Connections closed, on all nodes.' }),
  missing_nodes: MissingNodesSchema
})

/** `POST /ws/tokens/:id/ban`: closes the connections of a single token on all nodes, and refuses it for a while, for administrators. */
const banTokenRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'Ban a single token',
    description: 'By its claim `jti`: for a device that was lost, or a logout. Other tokens of the user stay good.',
    security: tokenSecurity,
    params: TokenParamsSchema,
    body: BodySchema,
    response: { 200: AnswerSchema, 400: ErrorSchema, ...adminErrors }
  }

  app.post('/ws/tokens/:id/ban', { onRequest: requireAdmin(app, adminRoles), schema, schemaErrorFormatter }, async (request) => {
    const { params: { id }, body: { reason, ban_for_s: banFor } } = request
    const act = { action: 'ban_token', token_id: id, reason, ban_for_s: banFor } as const
    const ban = async () => await app.hub.tokens.ban(id, { banFor, ...(reason !== undefined && { reason }) })
    const { closed, missing_nodes: missing } = await audited(request, act, ban, (outcome) => outcome)
    return { success: true as const, closed, ...(missing !== undefined && { missing_nodes: [...missing] }) }
  })
}

export default banTokenRoute

/** Says of the field that is left out most easily why it must be there. */
function schemaErrorFormatter (errors: readonly FastifySchemaValidationError[], place: string): Error {
  const isTime = errors.some(({ instancePath }) => instancePath === '/ban_for_s')
  if (isTime) return new Error(`${place}/ban_for_s: expected seconds from 1 to ${MAX_BAN_S}, as long as the token would be good: the service cannot know that`)
  return describeFlaws(errors, place)
}
