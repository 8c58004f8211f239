import fp from 'fastify-plugin'
import { LoopDelay } from '../src/loop-delay.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether the event loop keeps up. */
    loopDelay: LoopDelay
  }
}

/** Decorates `loopDelay`. */
export default fp<{ stalledAboveMs?: number }>(async (app, { stalledAboveMs = 1_000 }) => {
  const loopDelay = new LoopDelay(stalledAboveMs)
  app.decorate('loopDelay', loopDelay)
  app.addHook('onClose', async () => loopDelay.stop())
}, { name: 'loop-delay', fastify: '5.x' })
