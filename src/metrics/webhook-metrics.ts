import type { WebhookCounts } from '../webhooks/webhook-settings.ts'
import { by, type Metric } from './metric.ts'

/** The metrics of a node that tells somebody outside who comes and goes. */
export function webhookMetrics (webhooks: { counts (): WebhookCounts }): Metric[] {
  return [{
    name: 'wshub_webhook_events_total',
    help: 'Events for the receiver of webhooks, by what became of them.',
    type: 'counter',
    labels: ['outcome'],
    read: () => by('outcome', { ...webhooks.counts() })
  }]
}
