import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { missingNodes } from '../../src/hub/cluster.ts'
import { checkRoomName } from '../../src/rooms/room-name.ts'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, MissingNodesSchema, tokenSecurity } from '../schemas.ts'
import { limitOf, LimitSchema } from './page.ts'

const RoomsSchema = Type.Object({
  rooms: Type.Array(Type.Object({ room: Type.String(), users: Type.Integer(), connections: Type.Integer() })),
  count: Type.Integer({ description: 'Rooms there are.' }),
  next: Type.Optional(Type.String({ description: 'What `after` must be for the next page.' })),
  missing_nodes: MissingNodesSchema
})
const QuerySchema = Type.Object({
  limit: LimitSchema,
  after: Type.Optional(Type.String({ description: 'Name of the room before the first one wanted.' }))
})

/** `GET /ws/rooms`: rooms with anybody in them, on all nodes, by name, for administrators. */
const roomsRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'Rooms with anybody in them',
    security: tokenSecurity,
    querystring: QuerySchema,
    response: { 200: RoomsSchema, 400: ErrorSchema, ...adminErrors }
  }

  app.get('/ws/rooms', { onRequest: requireAdmin(app, adminRoles), schema }, async ({ query }) => {
    const limit = limitOf(query)
    const after = query.after === undefined ? '' : checkRoomName(query.after)
    const { rooms: all, missing } = await app.rooms.directory.list()
    const rest = all.filter(({ room }) => room > after).sort((a, b) => a.room < b.room ? -1 : 1)
    const rooms = rest.slice(0, limit).map(({ room, users, connections }) => ({ room, users, connections }))
    const last = rooms.at(-1)
    return { rooms, count: all.length, ...(last !== undefined && rest.length > limit && { next: last.room }), ...missingNodes(missing) }
  })
}

export default roomsRoute
