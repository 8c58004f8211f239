import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { HttpError } from '../../src/http-error.ts'
import { missingNodes } from '../../src/hub/cluster.ts'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, MissingNodesSchema, tokenSecurity, UserSchema } from '../schemas.ts'
import { limitOf, LimitSchema, nextOffset, offsetOf, OffsetSchema } from './page.ts'

const RoomSchema = Type.Object({
  room: Type.String(),
  users: Type.Array(UserSchema),
  count: Type.Integer({ description: 'Users present, those of the other pages too.' }),
  connections: Type.Integer({ description: 'Connections of members and subscribers.' }),
  next: Type.Optional(Type.Integer({ description: 'Offset of the next page.' })),
  epoch: Type.Optional(Type.String()),
  seq: Type.Optional(Type.Integer({ description: 'Number of the last message.' })),
  missing_nodes: MissingNodesSchema
})

/** `GET /ws/rooms/:room`: who is in a room, on all nodes, and where its stream stands, for administrators. */
const roomRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'One room with its users',
    security: tokenSecurity,
    params: Type.Object({ room: Type.String() }),
    querystring: Type.Object({ limit: LimitSchema, offset: OffsetSchema }),
    response: { 200: RoomSchema, 400: ErrorSchema, 404: ErrorSchema, ...adminErrors }
  }

  app.get('/ws/rooms/:room', { onRequest: requireAdmin(app, adminRoles), schema }, async ({ params, query }) => {
    const offset = offsetOf(query)
    const found = await app.rooms.directory.find(params.room, limitOf(query), offset)
    if (found === undefined) throw new HttpError(404, 'nobody is in this room')
    const { missing, ...state } = found
    return { ...state, users: [...state.users], ...nextOffset(offset, state.users.length, state.count), ...missingNodes(missing) }
  })
}

export default roomRoute
