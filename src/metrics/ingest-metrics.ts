import type { IngestCounts } from '../ingest/ingest-counts.ts'
import { by, type Metric } from './metric.ts'

/** The metrics of a node that takes events from other services. */
export function ingestMetrics (ingest: { counts (): IngestCounts }): Metric[] {
  return [{
    name: 'wshub_ingest_events_total',
    help: 'Events taken from other services, by what became of them.',
    type: 'counter',
    labels: ['outcome'],
    read: () => by('outcome', { ...ingest.counts() })
  }]
}
