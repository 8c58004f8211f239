import type { Ban, BanList, OnBanned } from './ban-list.ts'

/** Fewer than so many bans are not looked through for those that are over. */
const FEW = 64

/** Bans of a single process. Those that are over are forgotten when they are asked for, and whenever their number has doubled. */
export class MemoryBans implements BanList {
  readonly #bans = new Map<string, Ban>()
  #sweepAt = FEW
  #banned: OnBanned = () => {}

  /** How many are kept. */
  get size (): number {
    return this.#bans.size
  }

  onBanned (listener: OnBanned): void {
    this.#banned = listener
  }

  ban (id: string, ban: Ban): void {
    if (this.#bans.size >= this.#sweepAt) this.#sweep()
    this.#bans.set(id, ban)
    this.#banned(id, ban)
  }

  lift (id: string): boolean {
    return this.of(id) !== undefined && this.#bans.delete(id)
  }

  of (id: string): Ban | undefined {
    const ban = this.#bans.get(id)
    if (ban === undefined || ban.untilMs > Date.now()) return ban
    this.#bans.delete(id)
    return undefined
  }

  #sweep (): void {
    for (const id of this.#bans.keys()) this.of(id)
    this.#sweepAt = Math.max(FEW, 2 * this.#bans.size)
  }
}
