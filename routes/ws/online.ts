import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { adminErrors } from '../schemas.ts'
import { requireAdmin } from '../require-admin.ts'

const OnlineSchema = Type.Object({
  online: Type.Integer({ description: 'Distinct users.' }),
  connections: Type.Integer()
})

/** `GET /ws/online`: how many there are on all nodes, for everybody unless the settings keep it to administrators. */
const onlineRoute: FastifyPluginAsyncTypebox<{ onlinePublic: boolean, adminRoles: readonly string[] }> = async (app, options) => {
  const guard = options.onlinePublic ? {} : { onRequest: requireAdmin(app, options.adminRoles) }
  const schema = { tags: ['websocket'], summary: 'Users and connections online', response: { 200: OnlineSchema, ...adminErrors } }

  app.get('/ws/online', { ...guard, schema }, async () => {
    const { users: online, connections } = await app.hub.online()
    return { online, connections }
  })
}

export default onlineRoute
