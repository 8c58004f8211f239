/** Times and counts that are the same for every installation; options all the same, so that tests can shorten them. */
export interface Timings {
  /** How often all connections are looked over (pings, silent peers), in ms. */
  readonly sweepIntervalMs: number
  /** After so much silence a typing member counts as stopped. */
  readonly typingTimeoutMs: number
  /** A repeated typing notice of the same state within this time is dropped. */
  readonly typingRepeatMs: number
  /** Bad frames are counted over this time. */
  readonly badFrameWindowMs: number
  /** Refused frames are counted over this time. */
  readonly refusalWindowMs: number
  /** So many refusals within the window end the connection with 4029. */
  readonly refusalLimit: number
  /** At most one rate warning in this time. */
  readonly rateWarningIntervalMs: number
  /** How long an application may take to say who may do what in a room. */
  readonly roomAnswerMs: number
  /** Pause between two waves of closes while draining. */
  readonly drainWaveMs: number
  /** How long a peer may take to answer a close frame. */
  readonly closeTimeoutMs: number
}

/** The times of the service; where the clock is set, a sweep every half second ends a session within a second of its token. */
export const defaultTimings: Timings = {
  sweepIntervalMs: 500,
  typingTimeoutMs: 6_000,
  typingRepeatMs: 1_000,
  badFrameWindowMs: 60_000,
  refusalWindowMs: 10_000,
  refusalLimit: 100,
  rateWarningIntervalMs: 1_000,
  roomAnswerMs: 5_000,
  drainWaveMs: 100,
  closeTimeoutMs: 5_000
}
