import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Hub } from '../src/hub/hub.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The connections, and every way to send them something. */
    hub: Hub
  }
}

declare module '../src/commands/custom-command.ts' {
  interface HandlerExtras {
    readonly app: FastifyInstance
  }
}

/** Decorates `hub`. */
export default fp(async (app) => {
  const logger = app.log.child({ logger: 'ws_hub' })
  app.decorate('hub', new Hub({ relay: app.relay.port, logger, extras: { app } }))
}, { name: 'hub', dependencies: ['relay'], fastify: '5.x' })
