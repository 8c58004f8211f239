import type { FastifyInstance } from 'fastify'
import type { IngestTimings } from '../../src/ingest/ingest-timings.ts'
import type { PublishResult, RelayMessage } from '../../src/relay/relay-message.ts'
import { startService, until, type Teardown, type TestService } from '../helper.ts'
import type { NatsServer } from '../support/nats-server.ts'
import { shortTimings } from './nats-bench.ts'

/** Whom the tests' events are for. */
const MAP = 'match.proposal -> users from driver_id, passenger_id; ride.pickup -> users from driver_id, passenger_id; room.* -> rooms from room as room.event'

/** What a test wants different. */
export interface NatsServiceOptions {
  readonly env?: Record<string, string>
  readonly timings?: IngestTimings
}

/** Starts a service that reads events, with times that a test can wait for. */
export async function startNatsService (t: Teardown, { url }: Pick<NatsServer, 'url'>, { env = {}, timings = {} }: NatsServiceOptions = {}): Promise<TestService> {
  return await startService(t, { NATS_URL: url, NATS_SUBJECTS: MAP, ...env }, {
    redisTimings: { sweepMs: 20, probeMs: 50 },
    ingestTimings: { nats: { ...shortTimings, ...timings.nats }, retry: { minMs: 50, maxMs: 200, ...timings.retry } }
  })
}

/** Resolves when the service is handed events. */
export async function whenConsuming ({ app }: Pick<TestService, 'app'>): Promise<void> {
  await until(() => app.ingest?.status().consuming === true)
}

/** Lets a test have its way before a message is published: it may wait, or throw. */
export function beforePublish ({ hub }: FastifyInstance, step: (message: RelayMessage) => Promise<void>): void {
  const publish = hub.publish.bind(hub)
  hub.publish = async (message: RelayMessage): Promise<PublishResult> => {
    await step(message)
    return await publish(message)
  }
}
