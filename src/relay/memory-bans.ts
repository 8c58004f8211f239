import type { Ban, BanList, OnBanned } from './ban-list.ts'

/** Bans of a single process. Those that are over are forgotten when they are asked for, and at each new one. */
export class MemoryBans implements BanList {
  readonly #bans = new Map<string, Ban>()
  #banned: OnBanned = () => {}

  onBanned (listener: OnBanned): void {
    this.#banned = listener
  }

  ban (userId: string, ban: Ban): void {
    for (const known of [...this.#bans.keys()]) this.of(known)
    this.#bans.set(userId, ban)
    this.#banned(userId, ban)
  }

  lift (userId: string): boolean {
    return this.of(userId) !== undefined && this.#bans.delete(userId)
  }

  of (userId: string): Ban | undefined {
    const ban = this.#bans.get(userId)
    if (ban === undefined || ban.untilMs > Date.now()) return ban
    this.#bans.delete(userId)
    return undefined
  }
}
