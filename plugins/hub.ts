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

/** Who is an administrator, for the notices that go to those: the same roles as the routes have. */
export interface HubPluginOptions {
  readonly adminRoles?: readonly string[]
  /** What handlers get as `ctx.app`; the application that the plugin is registered at, unless another one is named. */
  readonly handlerApp?: FastifyInstance
}

/** Decorates `hub`. */
export default fp<HubPluginOptions>(async (app, { adminRoles, handlerApp = app }) => {
  const logger = app.log.child({ logger: 'ws_hub' })
  app.decorate('hub', new Hub({ relay: app.relay.port, logger, extras: { app: handlerApp }, adminRoles }))
}, { name: 'hub', dependencies: ['relay'], fastify: '5.x' })
