import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { HttpError } from '../../src/http-error.ts'
import { missingNodes } from '../../src/hub/cluster.ts'
import type { Session } from '../../src/hub/questions/sessions.ts'
import type { UserState } from '../../src/hub/users.ts'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, MissingNodesSchema, tokenSecurity } from '../schemas.ts'
import { UserParamsSchema } from './user-id.ts'

const ConnectionSchema = Type.Object({
  id: Type.String(),
  node: Type.String(),
  opened_at: Type.String({ format: 'date-time' }),
  address: Type.Optional(Type.String({ description: 'As limits count it: IPv4, or the /64 network of IPv6.' })),
  dialect: Type.String(),
  roles: Type.Array(Type.String()),
  name: Type.String(),
  token_id: Type.Optional(Type.String({ description: 'The claim `jti` of its newest token.' }))
})
const UserStateSchema = Type.Object({
  id: Type.String(),
  online: Type.Boolean(),
  connections: Type.Array(ConnectionSchema, { description: 'On all nodes, the oldest first.' }),
  last_seen: Type.Optional(Type.String({ format: 'date-time', description: 'When a connection last came or went.' })),
  banned_until: Type.Optional(Type.String({ format: 'date-time' })),
  ban_reason: Type.Optional(Type.String()),
  missing_nodes: MissingNodesSchema
})

/** `GET /ws/users/:id`: a user's connections on all nodes, when it was last seen, and its ban, for administrators. */
const userRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'One user with its connections',
    security: tokenSecurity,
    params: UserParamsSchema,
    response: { 200: UserStateSchema, 400: ErrorSchema, 404: ErrorSchema, ...adminErrors }
  }

  app.get('/ws/users/:id', { onRequest: requireAdmin(app, adminRoles), schema }, async ({ params: { id } }) => {
    const state = await app.hub.users.find(id)
    if (state === undefined) throw new HttpError(404, 'this user was never seen')
    return toAnswer(id, state)
  })
}

export default userRoute

function toAnswer (id: string, { isOnline, sessions, missing, lastSeenMs, ban }: UserState) {
  return {
    id,
    online: isOnline,
    connections: sessions.map(toConnection),
    ...(lastSeenMs !== undefined && { last_seen: dateTime(lastSeenMs) }),
    ...(ban !== undefined && { banned_until: dateTime(ban.untilMs), ban_reason: ban.reason }),
    ...missingNodes(missing)
  }
}

function toConnection (session: Session) {
  return { ...session, opened_at: dateTime(session.opened_at) }
}

function dateTime (ms: number): string {
  return new Date(ms).toISOString()
}
