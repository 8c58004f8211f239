import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ByRoleSchema, ErrorSchema, MissingNodesSchema, tokenSecurity } from '../schemas.ts'

const NodeSchema = Type.Object({ id: Type.String(), clients: Type.Integer(), rooms: Type.Integer(), uptime_s: Type.Number() })
const StatsSchema = Type.Object({
  total_clients: Type.Integer(),
  online_users: Type.Integer(),
  total_rooms: Type.Integer(),
  by_role: ByRoleSchema,
  nodes: Type.Array(NodeSchema),
  uptime_s: Type.Number(),
  messages: Type.Object({ in: Type.Integer(), out: Type.Integer() }),
  timestamp: Type.String(),
  missing_nodes: MissingNodesSchema
})
const QuerySchema = Type.Object({
  scope: Type.Optional(Type.Union([Type.Literal('cluster'), Type.Literal('node')], { description: 'All nodes, or this one.' }))
})

/** `GET /ws/stats`: what is going on at all nodes or at this one, for administrators. */
const statsRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'Connections, rooms and messages',
    security: tokenSecurity,
    querystring: QuerySchema,
    response: { 200: StatsSchema, 400: ErrorSchema, ...adminErrors }
  }

  app.get('/ws/stats', { onRequest: requireAdmin(app, adminRoles), schema }, async ({ query: { scope = 'cluster' } }) => {
    const { missing_nodes: missing, ...stats } = await app.hub.stats({ scope })
    return { ...stats, ...(missing !== undefined && { missing_nodes: [...missing] }) }
  })
}

export default statsRoute
