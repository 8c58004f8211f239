import type { FastifyPluginAsync } from 'fastify'
import banTokenRoute from './ban-token.ts'
import broadcastRoute from './broadcast.ts'
import { DEFAULT_ADMIN_ROLES } from '../../src/auth/identity.ts'
import type { OriginPolicy } from '../../src/auth/origin.ts'
import { validatorCompiler } from '../validator.ts'
import connectRoutes, { type ConnectOptions } from './connect.ts'
import disconnectUserRoute from './disconnect-user.ts'
import onlineRoute from './online.ts'
import publishRoute from './publish.ts'
import roomHistoryRoute from './room-history.ts'
import roomRoute from './room.ts'
import roomsRoute from './rooms.ts'
import statsRoute from './stats.ts'
import ticketRoute from './ticket.ts'
import unbanTokenRoute from './unban-token.ts'
import unbanUserRoute from './unban-user.ts'
import userRoute from './user.ts'
import usersRoute from './users.ts'

/** How the routes under `/ws` are kept; what is left out has the default of the settings table. */
export interface SocketRoutesOptions {
  readonly connect?: Partial<ConnectOptions>
  readonly adminRoles?: readonly string[]
  readonly onlinePublic?: boolean
}

/** Whoever embeds the hub has to name other origins than the own host. */
export const DEFAULT_ORIGINS: OriginPolicy = { allowed: [], production: true }

const defaultConnect: ConnectOptions = {
  paths: ['/ws', '/api/v1/ws'],
  reject: 'auto',
  auth: 'required',
  tokenSources: ['query', 'protocol', 'header'],
  dialect: 'hub.v1',
  origins: DEFAULT_ORIGINS,
  maxWaiting: 1_000,
  maxWaitMs: 2_000
}

const adminRoutes = [
  statsRoute, broadcastRoute, publishRoute, roomsRoute, roomRoute, roomHistoryRoute, usersRoute, userRoute, disconnectUserRoute, unbanUserRoute,
  banTokenRoute, unbanTokenRoute
]

/** Everything under `/ws`: the socket itself, and its REST siblings with a rate limit of their own. */
const socketRoutes: FastifyPluginAsync<SocketRoutesOptions> = async (app, options) => {
  const { connect, adminRoles = DEFAULT_ADMIN_ROLES, onlinePublic = true } = options
  // The same strict checks in an application that checks its own routes otherwise.
  app.setValidatorCompiler(validatorCompiler)
  await app.register(connectRoutes, { ...defaultConnect, ...connect })
  await app.register(async (rest) => {
    rest.addHook('onRequest', app.limits.rest)
    await rest.register(onlineRoute, { onlinePublic, adminRoles })
    await rest.register(ticketRoute)
    for (const route of adminRoutes) await rest.register(route, { adminRoles })
  })
}

export default socketRoutes
