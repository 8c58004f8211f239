import type { MaybePromise } from '../maybe-promise.ts'
import type { PresenceChange } from './presence-store.ts'

/** A change of presence, and when it happened. */
export interface LoggedChange extends PresenceChange {
  /** Ms since 1970. */
  readonly atMs: number
}

/** Changes that somebody has taken in hand. */
export interface ChangeBatch {
  /** The same as long as it is the same changes, whoever takes them. */
  readonly id: string
  /** What the log knows the taker by. */
  readonly claim: string
  /** In the order in which they happened. */
  readonly changes: readonly LoggedChange[]
}

/** What is logged. */
export interface LogOptions {
  /** So many changes wait at most; of a cluster of Redis, in each of its lists. Above, the oldest are dropped. */
  readonly maxWaiting: number
  /** Whether users' connections are of interest, too: the changes of `GRACE_ROOM`. */
  readonly connections: boolean
}

/**
 * The changes of presence over all nodes, for somebody outside: each is in it once, however many nodes noticed it. Nothing is kept until
 * a node begins to log; all nodes of a hub should log the same.
 *
 * What is taken stays in the log until it is done with. Until then nobody gets what came after it: in a single process and over one Redis
 * that is all there is; a cluster of Redis has several lists, and a room is in one of them.
 */
export interface ChangeLog {
  /** From here on what changes through this node is kept. */
  begin (options: LogOptions): void
  /** True where connections are logged. */
  readonly withConnections: boolean
  /** Changes that were dropped as too many waited, as far as this node was told; each is told to one node. */
  readonly dropped: number
  /**
   * The oldest changes, `limit` at most, for `claimMs`: after that somebody else may get them. What somebody took and did not finish in time is
   * handed out again as the same batch. Undefined when nothing waits, or others have it in hand; a log with several lists looks into some of
   * them. Rejects with `UNAVAILABLE`, as do the others.
   */
  take (limit: number, claimMs: number): MaybePromise<ChangeBatch | undefined>
  /** Keeps a batch for so long from now on, or less: 0 gives it back. False when somebody else has it, or it is done. */
  hold (batch: ChangeBatch, claimMs: number): MaybePromise<boolean>
  /** A batch needs nobody any more, whoever has it. */
  finish (batch: ChangeBatch): MaybePromise<void>
}
