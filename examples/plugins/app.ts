import Fastify, { type FastifyInstance } from 'fastify'
// The package's own name: the line is the same in your project.
import {
  errorHandlerPlugin, hubPlugin, jwtPlugin, loggerOptions, rateLimitPlugin, relayPlugin, roomsPlugin, sessionsPlugin, socketRoutes, websocketPlugin
} from 'wshub'
import lunch from './lunch-plugin.ts'

/** An application of its own that has the hub inside. Each plugin takes options; all but the key have defaults. */
export async function buildLunch (secret: string): Promise<FastifyInstance> {
  // The logger's options keep tokens out of the log.
  const app = Fastify({ logger: loggerOptions({ logLevel: 'warn' }) })
  await app.register(errorHandlerPlugin)  // all refusals as {error, code}
  await app.register(jwtPlugin, { secret })  // who a token is of: app.authenticate
  await app.register(rateLimitPlugin)
  await app.register(relayPlugin)  // { redis: { url } } joins other nodes
  await app.register(hubPlugin)  // app.hub
  await app.register(roomsPlugin)  // app.rooms
  await app.register(sessionsPlugin)
  await app.register(websocketPlugin)
  await app.register(socketRoutes)  // GET /ws and its REST siblings
  await app.register(lunch)  // what makes it an application
  return app
}
