import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { HttpError } from '../../src/http-error.ts'
import { requireAdmin } from '../require-admin.ts'
import { adminErrors, ErrorSchema, tokenSecurity, UserSchema } from '../schemas.ts'
import { limitOf, LimitSchema, numberOf, NumberSchema } from './page.ts'

const MessageSchema = Type.Object({
  type: Type.String(),
  id: Type.Optional(Type.String()),
  room: Type.String(),
  payload: Type.Unknown(),
  sender: Type.Optional(UserSchema),
  timestamp: Type.String(),
  seq: Type.Integer()
})

const HistorySchema = Type.Object({
  room: Type.String(),
  epoch: Type.String(),
  seq: Type.Integer({ description: 'Number of the last message of the room.' }),
  messages: Type.Array(MessageSchema),
  more: Type.Boolean({ description: 'Whether there are further ones in the direction asked for.' })
})

const QuerySchema = Type.Object({
  limit: LimitSchema,
  after: NumberSchema('Only messages with a higher number, the oldest first.', 0),
  before: NumberSchema('Only messages with a lower number; with neither, the newest.', 1)
})

/** `GET /ws/rooms/:room/history`: what was said in a room, page by page, for administrators. */
const roomHistoryRoute: FastifyPluginAsyncTypebox<{ adminRoles: readonly string[] }> = async (app, { adminRoles }) => {
  const schema = {
    tags: ['admin'],
    summary: 'What was said in a room, as far as it is kept',
    security: tokenSecurity,
    params: Type.Object({ room: Type.String() }),
    querystring: QuerySchema,
    response: { 200: HistorySchema, 400: ErrorSchema, 404: ErrorSchema, ...adminErrors }
  }

  app.get('/ws/rooms/:room/history', { onRequest: requireAdmin(app, adminRoles), schema }, async ({ params: { room }, query }) => {
    const page = await app.rooms.history.page(room, { after: numberOf('after', query, 0), before: numberOf('before', query, 1), limit: limitOf(query) })
    // What was said stays to be read when everybody has gone.
    const isKnown = page.seq > 0 || await app.rooms.directory.find(room, 1, 0) !== undefined
    if (!isKnown) throw new HttpError(404, 'nobody is in this room, and nothing was said there')
    return { room, ...page, messages: page.messages.map(({ sender, ...message }) => ({ ...message, ...(sender !== undefined && { sender: { ...sender } }) })) }
  })
}

export default roomHistoryRoute
