import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { adminErrors } from '../schemas.ts'
import { requireAdmin } from '../require-admin.ts'

const OnlineSchema = Type.Object({
  online: Type.Integer({ description: 'Distinct users.' }),
  connections: Type.Integer()
})

/** `GET /ws/online`: how many there are, for everybody unless the settings keep it to administrators. */
const onlineRoute: FastifyPluginAsyncTypebox<{ onlinePublic: boolean, adminRoles: readonly string[] }> = async (app, options) => {
  const guard = options.onlinePublic ? {} : { onRequest: requireAdmin(app, options.adminRoles) }
  const schema = { tags: ['websocket'], summary: 'Users and connections online', response: { 200: OnlineSchema, ...adminErrors } }

  app.get('/ws/online', { ...guard, schema }, async () => {
    const { online_users: online, total_clients: connections } = await app.hub.counts()
    return { online, connections }
  })
}

export default onlineRoute
