import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ByRoleSchema, ErrorSchema, tokenSecurity } from '../schemas.ts'
import { NotificationSchema, toNotification } from './notification.ts'

const AnswerSchema = Type.Object({
  success: Type.Literal(true),
  message: Type.String(),
  recipients: Type.Integer({ description: 'Distinct connections it was queued to.' }),
  stats: Type.Object({ total_clients: Type.Integer(), by_role: ByRoleSchema }),
  id: Type.String(),
  seq: Type.Optional(Type.Integer()),
  epoch: Type.Optional(Type.String())
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

  app.post('/ws/broadcast', { onRequest: requireAdmin(app, adminRoles), schema }, async ({ body }) => {
    const { id = randomUUID() } = body
    const { target, event, except } = toNotification({ ...body, id })
    const published = await app.hub.to(target, event, { except })
    const counts = await app.hub.counts()
    return {
      success: true as const,
      message: 'Broadcast sent successfully',
      ...published,
      stats: { total_clients: counts.total_clients, by_role: counts.by_role },
      id
    }
  })
}

export default broadcastRoute
