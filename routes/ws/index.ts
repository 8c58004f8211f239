import type { FastifyPluginAsync } from 'fastify'
import broadcastRoute from './broadcast.ts'
import connectRoutes, { type ConnectOptions } from './connect.ts'
import onlineRoute from './online.ts'
import statsRoute from './stats.ts'

/** How the routes under `/ws` are kept. */
export interface SocketRoutesOptions {
  readonly connect: ConnectOptions
  readonly adminRoles: readonly string[]
  readonly onlinePublic: boolean
}

/** Everything under `/ws`: the socket itself, and its REST siblings with a rate limit of their own. */
const socketRoutes: FastifyPluginAsync<SocketRoutesOptions> = async (app, { connect, adminRoles, onlinePublic }) => {
  await app.register(connectRoutes, connect)
  await app.register(async (rest) => {
    rest.addHook('onRequest', app.limits.rest)
    await rest.register(onlineRoute, { onlinePublic, adminRoles })
    await rest.register(statsRoute, { adminRoles })
    await rest.register(broadcastRoute, { adminRoles })
  })
}

export default socketRoutes
