import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { missingNodes } from '../../src/hub/cluster.ts'
import { SYSTEM_ALERT } from '../../src/protocol/reserved-types.ts'
import { audited, shownTarget } from '../audit.ts'
import { adminOf, requireAdmin } from '../require-admin.ts'
import { adminErrors, ByRoleSchema, ErrorSchema, MissingNodesSchema, tokenSecurity } from '../schemas.ts'
import { NotificationSchema, type Notification } from './notification.ts'
import { publishedFields, publishNotification } from './publication.ts'

const AnswerSchema = Type.Object({
  success: Type.Literal(true),
  message: Type.String(),
  ...publishedFields,
  stats: Type.Object({ total_clients: Type.Integer(), by_role: ByRoleSchema }),
  id: Type.String(),
  missing_nodes: MissingNodesSchema
})

/** `POST /ws/broadcast`: a message to everybody or to a target, for administrators. */
const broadcastRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'Send a message to everybody, or to users, roles, rooms or connections',
    security: tokenSecurity,
    body: NotificationSchema,
    response: { 200: AnswerSchema, 400: ErrorSchema, ...adminErrors }
  }

  app.post('/ws/broadcast', { onRequest: requireAdmin(app, adminRoles), schema }, async (request) => {
    const { body, body: { type = SYSTEM_ALERT, target } } = request
    const act = { action: 'broadcast', type, ...shownTarget(target) } as const
    return await audited(request, act, async () => await broadcast(app, body, adminOf(request)), outcomeOf)
  })
}

export default broadcastRoute

type Answer = Static<typeof AnswerSchema>

async function broadcast (app: FastifyInstance, notification: Notification, adminId: string): Promise<Answer> {
  const sent = publishNotification(app, notification, adminId)
  const [{ missing_nodes: unheard = [], ...published }, { total_clients: clients, by_role: byRole, missing_nodes: uncounted = [] }] =
    await Promise.all([sent.published, app.hub.counts()])
  return {
    success: true as const,
    message: 'Broadcast sent successfully',
    ...published,
    stats: { total_clients: clients, by_role: byRole },
    id: sent.id,
    ...missingNodes([...new Set([...unheard, ...uncounted])])
  }
}

function outcomeOf ({ id, recipients, duplicate, missing_nodes: missing = [] }: Answer): object {
  return { id, recipients, ...(duplicate !== undefined && { duplicate }), ...missingNodes(missing) }
}
