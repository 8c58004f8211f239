import type { BackOff } from '../back-off.ts'

/** Times of webhooks, ms; options, so that tests can shorten them. */
export interface WebhookTimings {
  /** How often it is looked for changes; what comes in between goes out together. */
  readonly pollMs: number
  /** An answer later than this is none. */
  readonly answerLimitMs: number
  /** Pauses between attempts, at random from nothing to these, unless the receiver asks for others. */
  readonly retry: BackOff
  /** Longest pause that a receiver can ask for. */
  readonly maxPauseMs: number
  /** How long a node that ends waits for its last attempt. */
  readonly lastAttemptMs: number
  /** A batch may be sent by another node when this one is late by so much. */
  readonly claimMarginMs: number
}

/** As the README says (Operating). */
export const defaultWebhookTimings: WebhookTimings = {
  pollMs: 250,
  answerLimitMs: 5_000,
  retry: { minMs: 500, maxMs: 30_000 },
  maxPauseMs: 600_000,
  lastAttemptMs: 1_000,
  claimMarginMs: 5_000
}

/** What has become of events since this node started. */
export interface WebhookCounts {
  /** Accepted by the receiver. */
  readonly sent: number
  /** Given up: refused, or tried too often. */
  readonly failed: number
  /** Changes that were dropped because too many waited. */
  readonly dropped: number
  /** Sent once more, counted each time. */
  readonly retried: number
}
