import type { BackOff } from '../back-off.ts'
import type { NatsTimings } from './nats/nats-timings.ts'
import type { RedisIngestTimings } from './redis/redis-ingest-timings.ts'

/** Times of the ingest and its sources; options, so that tests can shorten them. */
export interface IngestTimings {
  readonly nats?: Partial<NatsTimings>
  readonly redis?: Partial<RedisIngestTimings>
  /** How long an event waits until it is tried again. */
  readonly retry?: Partial<BackOff>
}
