import type { MaybePromise } from '../maybe-promise.ts'

/** Why a user may not come in, and until when. */
export interface Ban {
  /** On the wall clock, ms since 1970. */
  readonly untilMs: number
  readonly reason: string
}

/** Told on every node of each ban that begins or changes. */
export type OnBanned = (userId: string, ban: Ban) => void

/** Users who may not come in, over all nodes. Every node knows all of them: the door need not wait for anything. */
export interface BanList {
  /** Keeps a user out; a later ban replaces an earlier one. Throws or rejects with `UNAVAILABLE`. */
  ban (userId: string, ban: Ban): MaybePromise<void>
  /** Lets a user in again; false when there was no ban. Throws or rejects with `UNAVAILABLE`. */
  lift (userId: string): MaybePromise<boolean>
  /** The ban of a user that holds now. */
  of (userId: string): Ban | undefined
  onBanned (listener: OnBanned): void
}
