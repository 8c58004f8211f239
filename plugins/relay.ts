import fp from 'fastify-plugin'
import { MemoryRelay } from '../src/relay/memory-relay.ts'
import type { Relay } from '../src/relay/relay.ts'
import { RelayFacade } from '../src/relay/relay-facade.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The way between nodes: `publish(topic, event)` and `status()`. */
    relay: RelayFacade
  }
}

/** Which relay to use; the one of this process when none is given. */
export interface RelayPluginOptions {
  readonly relay?: Relay
}

/** Decorates `relay`; closes it with the application, after the sockets are gone. */
export default fp<RelayPluginOptions>(async (app, { relay = new MemoryRelay() }) => {
  app.decorate('relay', new RelayFacade(relay))
  app.addHook('onClose', async () => { await relay.close() })
}, { name: 'relay', fastify: '5.x' })
