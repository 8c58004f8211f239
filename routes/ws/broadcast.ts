import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { missingNodes } from '../../src/hub/cluster.ts'
import { toOutbound } from '../../src/hub/event.ts'
import { topicsOf } from '../../src/hub/targets.ts'
import { adminOf, requireAdmin } from '../require-admin.ts'
import { adminErrors, ByRoleSchema, ErrorSchema, MissingNodesSchema, tokenSecurity } from '../schemas.ts'
import { NotificationSchema, toNotification } from './notification.ts'

const AnswerSchema = Type.Object({
  success: Type.Literal(true),
  message: Type.String(),
  recipients: Type.Integer({ description: 'Distinct connections it was queued to.' }),
  stats: Type.Object({ total_clients: Type.Integer(), by_role: ByRoleSchema }),
  id: Type.String(),
  seq: Type.Optional(Type.Integer()),
  epoch: Type.Optional(Type.String()),
  duplicate: Type.Optional(Type.Literal(true, { description: 'The same was sent before with this id: nothing was delivered, the rest is the first answer.' })),
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
    const { id = randomUUID() } = request.body
    const { target, event, except } = toNotification({ ...request.body, id })
    const [{ missing_nodes: unheard = [], ...published }, { total_clients: clients, by_role: byRole, missing_nodes: uncounted = [] }] = await Promise.all([
      app.hub.publish({
        topics: topicsOf(target),
        except: topicsOf(except),
        event: toOutbound(event),
        counted: true,
        // Only an id that the administrator gave can come twice.
        ...(request.body.id !== undefined && { publisher: adminOf(request) })
      }),
      app.hub.counts()
    ])
    return {
      success: true as const,
      message: 'Broadcast sent successfully',
      ...published,
      stats: { total_clients: clients, by_role: byRole },
      id,
      ...missingNodes([...new Set([...unheard, ...uncounted])])
    }
  })
}

export default broadcastRoute
