import type { BackOff } from '../../back-off.ts'

/** Times and bounds of the NATS source; options, so that tests can shorten them. */
export interface NatsTimings {
  /** What the server waits for a verdict until it hands the event over again, ms. */
  readonly ackWaitMs: number
  /** Most events without a verdict, on all nodes together: what a catch-up costs at most. */
  readonly maxAckPending: number
  /** Most events asked for at once. */
  readonly batch: number
  /** How long an asking lasts, ms, 1000 or more; after so long without a sign of life the consumer is looked for, and so often it is asked how far it is. */
  readonly pullMs: number
  /** Longest wait for a connection, or for an answer of the server, ms. */
  readonly answerLimitMs: number
  /** Shortest and longest pause between attempts to connect, or to find the consumer; drawn by lot, so that nodes do not all come at once. */
  readonly reconnect: BackOff
  /** How long a stop waits for verdicts under way, ms. */
  readonly stopMs: number
}

/** Those of the README (Operating, Events from NATS). */
export const defaultNatsTimings: NatsTimings = {
  ackWaitMs: 30_000,
  maxAckPending: 256,
  batch: 64,
  pullMs: 5_000,
  answerLimitMs: 3_000,
  reconnect: { minMs: 500, maxMs: 5_000 },
  stopMs: 1_000
}
