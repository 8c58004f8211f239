/** Times of the Redis relay, ms; options, so that tests can shorten them. */
export interface RedisTimings {
  /** An answer later than this is none: the caller is told, the connection is given up. */
  readonly answerLimitMs: number
  /** What reaches Redis later than this after the call is not done any more; below the limit. */
  readonly deadlineMs: number
  /** How often the server is tried. */
  readonly probeMs: number
  /** How often the other nodes and the ended graces are looked after. */
  readonly sweepMs: number
  /** How often this node's lease is renewed. */
  readonly beatMs: number
  /** A node that has not renewed its lease for so long counts as gone. */
  readonly leaseMs: number
  /** How long other nodes are waited for (README, Protocol). */
  readonly gatherMs: number
  /** In so long the place of every topic is compared with that in Redis: a message lost without a trace is missed by then. */
  readonly positionCheckMs: number
  /** What was missed and could not be fetched is tried again after so long. */
  readonly repairRetryMs: number
  /** A message that Redis has and that has not come is waited for so long before it is fetched. */
  readonly patienceMs: number
}

/** Beat, expiry and sweep are those of the README (Operating): a node that dies is missed within 15 s, a lost message within 10 s. */
export const defaultRedisTimings: RedisTimings = {
  answerLimitMs: 800,
  deadlineMs: 600,
  probeMs: 500,
  sweepMs: 1_000,
  beatMs: 4_000,
  leaseMs: 12_000,
  gatherMs: 500,
  positionCheckMs: 8_000,
  repairRetryMs: 250,
  patienceMs: 100
}
