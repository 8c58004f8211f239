import type { Test } from 'tap'
import { NatsSource, type NatsSourceOptions } from '../../src/ingest/nats/nats-source.ts'
import type { NatsTimings } from '../../src/ingest/nats/nats-timings.ts'
import { parseNatsUrl } from '../../src/ingest/nats/nats-url.ts'
import type { IngestBench } from '../contracts/ingest-contract.ts'
import type { Teardown } from '../helper.ts'
import { recordLogs, type LoggedLine } from '../support/log-recorder.ts'
import { startNats, type NatsServer } from '../support/nats-server.ts'

/** Times short enough to wait for in a test. */
export const shortTimings = {
  ackWaitMs: 1_000,
  maxAckPending: 20,
  batch: 8,
  pullMs: 1_000,
  answerLimitMs: 1_000,
  reconnect: { minMs: 20, maxMs: 100 },
  stopMs: 500
} satisfies NatsTimings

/** Makes a source that is not started; stopped with the test. */
export function openSource (t: Teardown, nats: Pick<NatsServer, 'url'>, options: Partial<NatsSourceOptions> = {}): { source: NatsSource, lines: LoggedLine[] } {
  const parsed = parseNatsUrl(nats.url)
  if ('expected' in parsed) throw new Error(parsed.expected)
  const { logger, lines } = recordLogs()
  const source = new NatsSource({ target: parsed.target, stream: 'EVENTS', consumer: 'wshub', subjects: ['ride.>'], logger, ...options, timings: { ...shortTimings, ...options.timings } })
  t.teardown(() => source.stop())
  return { source, lines }
}

/** A NATS server for the contract. */
export async function natsBench (t: Test): Promise<IngestBench> {
  const nats = await startNats(t)
  return {
    open: () => openSource(t, nats).source,
    publish: async (...events) => { await nats.publish(...events) },
    isSettled: () => nats.isSettled(),
    kill: () => nats.kill(),
    restart: () => nats.restart(),
    againAfterMs: shortTimings.ackWaitMs,
    maxPending: shortTimings.maxAckPending
  }
}
