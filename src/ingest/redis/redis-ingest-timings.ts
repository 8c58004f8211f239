import type { BackOff } from '../../back-off.ts'

/** Times and bounds of the Redis source; options, so that tests can shorten them. */
export interface RedisIngestTimings {
  /** An event without a verdict, and without a sign of life from its node, goes to another node after so long, ms. */
  readonly ackWaitMs: number
  /** Most events without a verdict on this node: what a catch-up costs at most. */
  readonly maxPending: number
  /** Most events read at once. */
  readonly batch: number
  /** How long a read waits for events, ms; below the time after which a silent connection is given up. */
  readonly blockMs: number
  /** Longest wait for a connection until it is said that there is none, ms. */
  readonly answerLimitMs: number
  /** Shortest and longest pause after a read that failed. */
  readonly reconnect: BackOff
  /** How long a stop waits for verdicts under way, ms. */
  readonly stopMs: number
}

/** Those of the README (Operating, Events from NATS). */
export const defaultRedisIngestTimings: RedisIngestTimings = {
  ackWaitMs: 30_000,
  maxPending: 256,
  batch: 64,
  blockMs: 500,
  answerLimitMs: 2_000,
  reconnect: { minMs: 250, maxMs: 2_000 },
  stopMs: 1_000
}
