import type { Identity } from '../auth/identity.ts'
import type { MaybePromise } from '../maybe-promise.ts'

/** What tickets stand for: somebody whose token was verified on whatever node, once. */
export interface TicketStore {
  /** Keeps for so many ms, at least one, whom a ticket lets in. Throws or rejects with `UNAVAILABLE`. */
  put (ticket: string, identity: Identity, ttlMs: number): MaybePromise<void>
  /**
   * Whom a ticket lets in. Of all that ask on all nodes one gets it; undefined for the others, for a ticket whose time is over, and for one that
   * never was. Throws or rejects with `UNAVAILABLE`: then it may be used up all the same.
   */
  take (ticket: string): MaybePromise<Identity | undefined>
}
