import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { hubMetrics } from '../src/metrics/hub-metrics.ts'
import { ingestMetrics } from '../src/metrics/ingest-metrics.ts'
import type { Metric } from '../src/metrics/metric.ts'
import { Metrics } from '../src/metrics/metrics.ts'
import { Throughput } from '../src/metrics/throughput.ts'
import { webhookMetrics } from '../src/metrics/webhook-metrics.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** What Prometheus is told of this node. */
    metrics: Metrics
  }
}

/** Decorates `metrics`. */
export default fp(async (app) => {
  const { hub, relay: { port: relay } } = app
  const throughput = new Throughput(() => hub.messages)
  app.decorate('metrics', new Metrics(() => [...hubMetrics({ hub, relay, throughput }), ...metricsOfIngest(app), ...metricsOfWebhooks(app)]))
  app.addHook('onClose', async () => throughput.stop())
}, { name: 'metrics', dependencies: ['hub', 'relay'], fastify: '5.x' })

/** Not every node takes events from elsewhere, nor has every application the plugin for it. */
function metricsOfIngest (app: FastifyInstance): Metric[] {
  const ingest = app.hasDecorator('ingest') ? app.ingest : undefined
  return ingest === undefined ? [] : ingestMetrics(ingest)
}

/** As little has every node anybody to tell of its users. */
function metricsOfWebhooks (app: FastifyInstance): Metric[] {
  const webhooks = app.hasDecorator('webhooks') ? app.webhooks : undefined
  return webhooks === undefined ? [] : webhookMetrics(webhooks)
}
