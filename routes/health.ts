import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'

const LiveSchema = Type.Object({ status: Type.Literal('alive'), uptime_s: Type.Number() })
const HealthSchema = Type.Object({
  status: Type.Union([Type.Literal('healthy'), Type.Literal('unhealthy')]),
  clients: Type.Integer(),
  rooms: Type.Integer(),
  node_id: Type.String(),
  uptime_s: Type.Number(),
  reason: Type.Optional(Type.String())
})

/** Probes for balancers and orchestrators: this node only, never waiting for anything. */
const healthRoutes: FastifyPluginAsyncTypebox = async (app) => {
  // A missing plugin is found when the application starts, not by the first probe.
  for (const name of ['hub', 'relay', 'admission', 'heartbeat', 'loopDelay']) app.getDecorator(name)
  const answers = { 200: HealthSchema, 503: HealthSchema }

  app.get('/health', { schema: { tags: ['health'], summary: 'State of this node', response: answers } }, async (_request, reply) => {
    const reason = readinessProblem(app) ?? stalenessProblem(app)
    return await reply.code(reason === undefined ? 200 : 503).send(healthOf(app, reason))
  })

  app.get('/health/ready', { schema: { tags: ['health'], summary: 'May this node get traffic?', response: answers } }, async (_request, reply) => {
    const reason = readinessProblem(app)
    return await reply.code(reason === undefined ? 200 : 503).send(healthOf(app, reason))
  })

  app.get('/health/live', { schema: { tags: ['health'], summary: 'Is the process alive?', response: { 200: LiveSchema } } }, async () => (
    { status: 'alive' as const, uptime_s: process.uptime() }
  ))
}

export default healthRoutes

function healthOf ({ hub }: FastifyInstance, reason: string | undefined) {
  return {
    status: reason === undefined ? 'healthy' as const : 'unhealthy' as const,
    clients: hub.size,
    rooms: hub.roomCount,
    node_id: hub.nodeId,
    uptime_s: process.uptime(),
    ...(reason !== undefined && { reason })
  }
}

function readinessProblem ({ admission, relay, loopDelay }: FastifyInstance): string | undefined {
  if (admission.isDraining) return 'draining'
  const { ready, reason = 'relay not ready' } = relay.status()
  if (!ready) return reason
  return loopDelay.isStalled() ? 'event loop stalled' : undefined
}

function stalenessProblem ({ heartbeat, hub }: FastifyInstance): string | undefined {
  const { staleCount } = heartbeat
  return staleCount > hub.size / 2 ? `too many stale connections: ${staleCount}/${hub.size}` : undefined
}
