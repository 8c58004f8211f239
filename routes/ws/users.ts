import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { missingNodes } from '../../src/hub/cluster.ts'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, MissingNodesSchema, tokenSecurity, UserSchema } from '../schemas.ts'
import { limitOf, LimitSchema, nextOffset, offsetOf, OffsetSchema } from './page.ts'

const UsersSchema = Type.Object({
  users: Type.Array(UserSchema),
  count: Type.Integer({ description: 'Users online, those of the other pages too.' }),
  next: Type.Optional(Type.Integer({ description: 'Offset of the next page.' })),
  missing_nodes: MissingNodesSchema
})

/** `GET /ws/users`: the users online, on all nodes, for administrators. */
const usersRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'Users online',
    security: tokenSecurity,
    querystring: Type.Object({ limit: LimitSchema, offset: OffsetSchema }),
    response: { 200: UsersSchema, 400: ErrorSchema, ...adminErrors }
  }

  app.get('/ws/users', { onRequest: requireAdmin(app, adminRoles), schema }, async ({ query }) => {
    const offset = offsetOf(query)
    const { users, count, missing } = await app.hub.users.page(limitOf(query), offset)
    return { users: [...users], count, ...nextOffset(offset, users.length, count), ...missingNodes(missing) }
  })
}

export default usersRoute
