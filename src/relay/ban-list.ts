import type { Identity } from '../auth/identity.ts'
import type { MaybePromise } from '../maybe-promise.ts'

/** Why a user, or whoever has a certain token, may not come in, and until when. */
export interface Ban {
  /** On the wall clock, ms since 1970. */
  readonly untilMs: number
  readonly reason: string
}

/** Told on every node of each ban that begins or changes. */
export type OnBanned = (id: string, ban: Ban) => void

/** Ids of users, or of tokens, that may not come in, over all nodes. Every node knows all of them: the door need not wait for anything. */
export interface BanList {
  /** Keeps an id out; a later ban replaces an earlier one. Throws or rejects with `UNAVAILABLE`. */
  ban (id: string, ban: Ban): MaybePromise<void>
  /** Lets an id in again; false when there was no ban. Throws or rejects with `UNAVAILABLE`. */
  lift (id: string): MaybePromise<boolean>
  /** The ban of an id that holds now. */
  of (id: string): Ban | undefined
  onBanned (listener: OnBanned): void
}

/** Who may not come in, over all nodes: an id of a user and the same id of a token are no more than namesakes. */
export interface BanLists {
  /** Users, by id. */
  readonly bans: BanList
  /** Single tokens, by id; other tokens of their users stay good. */
  readonly tokenBans: BanList
}

/** The ban that keeps somebody out now: the user's, else that of the token. */
export function banOf ({ bans, tokenBans }: BanLists, { userId, tokenId }: Pick<Identity, 'userId' | 'tokenId'>): Ban | undefined {
  return bans.of(userId) ?? (tokenId === undefined ? undefined : tokenBans.of(tokenId))
}
