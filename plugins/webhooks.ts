import fp from 'fastify-plugin'
import { endpointOf, signingKey, webhookSecret, webhookUrl } from '../src/webhooks/endpoint.ts'
import type { KeyOutcome } from '../src/auth/key-rules.ts'
import { WEBHOOK_EVENTS, type WebhookEventType } from '../src/webhooks/webhook-event.ts'
import { defaultWebhookTimings, type WebhookTimings } from '../src/webhooks/webhook-settings.ts'
import { Webhooks } from '../src/webhooks/webhooks.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Tells an application's backend who comes and goes; undefined where there is none. */
    webhooks: Webhooks | undefined
  }
}

/** Who is told, and of what; nobody without `url`. All nodes of a hub need the same. */
export interface WebhooksPluginOptions {
  /** As the setting WEBHOOK_URL. */
  readonly url?: string | undefined
  /** As the setting WEBHOOK_SECRET; needed with the URL. */
  readonly secret?: string | undefined
  /** All six by default. */
  readonly events?: readonly WebhookEventType[]
  /** Most events of one request; 100 by default. */
  readonly batchSize?: number
  /** So often a request is made at most; 20 by default. */
  readonly attempts?: number
  /** So many changes wait at most, then the oldest are dropped; 10,000 by default. */
  readonly maxWaiting?: number
  readonly timings?: Partial<WebhookTimings>
}

/** Decorates `webhooks`. They begin when the application is ready; at its end they have a last attempt, when the sockets are gone. */
export default fp<WebhooksPluginOptions>(async (app, { url, secret = '', ...options }) => {
  if (url === undefined) {
    app.decorate('webhooks', undefined)
    return
  }
  const { events = WEBHOOK_EVENTS, batchSize = 100, attempts = 20, maxWaiting = 10_000, timings } = options
  const log = app.relay.port.changes
  if (log === undefined) throw new Error('webhooks: the relay keeps no changes')
  const wanted = new Set(events)
  const webhooks = new Webhooks({
    log,
    receiver: { endpoint: endpointOf(checked('WEBHOOK_URL', webhookUrl(url))), key: signingKey(checked('WEBHOOK_SECRET', webhookSecret(secret))) },
    events: wanted,
    batchSize,
    attempts,
    timings: { ...defaultWebhookTimings, ...timings },
    logger: app.log.child({ logger: 'webhooks' })
  })
  log.begin({ maxWaiting, connections: wanted.has('connected') || wanted.has('disconnected') })
  app.decorate('webhooks', webhooks)
  app.addHook('onReady', async () => webhooks.start())
  app.addHook('onClose', async () => { await webhooks.stop() })
}, { name: 'webhooks', dependencies: ['relay', 'sessions'], fastify: '5.x' })

function checked (name: string, outcome: KeyOutcome): string {
  if ('expected' in outcome) throw new Error(`${name}: expected ${outcome.expected}`)
  return outcome.value
}
