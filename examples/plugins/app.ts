import Fastify, { type FastifyInstance } from 'fastify'
// The package's own name: the line is the same in your project.
import { errorHandlerPlugin, hub, loggerOptions } from 'wshub'
import lunch from './lunch-plugin.ts'

/** An application of its own that has the hub inside. */
export async function buildLunch (secret: string): Promise<FastifyInstance> {
  // The logger's options keep tokens out of the log.
  const app = Fastify({ logger: loggerOptions({ logLevel: 'warn' }) })
  await app.register(hub, { jwt: { secret } })  // app.hub, app.rooms, GET /ws and its REST siblings; { redis: { url } } joins other nodes
  await app.register(errorHandlerPlugin)  // the application's own refusals as {error, code}, too
  await app.register(lunch)  // what makes it an application
  return app
}
