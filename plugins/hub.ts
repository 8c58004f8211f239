import { randomUUID } from 'node:crypto'
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

/** How this node is called among others; a random id when none is given. */
export interface HubPluginOptions {
  readonly nodeId?: string
}

/** Decorates `hub`. */
export default fp<HubPluginOptions>(async (app, { nodeId = randomUUID() }) => {
  const logger = app.log.child({ logger: 'ws_hub' })
  app.decorate('hub', new Hub({ nodeId, relay: app.relay.port, logger, extras: { app } }))
}, { name: 'hub', dependencies: ['relay'], fastify: '5.x' })
