import type { Logger } from '../../logger.ts'
import { onEveryReady, type CommandClient } from './connect.ts'
import type { Health } from './health.ts'
import type { Keys } from './keys.ts'
import { nodeOfLease, type Lease } from './lease.ts'
import type { RedisBans } from './redis-bans.ts'
import type { RedisPresence } from './redis-presence.ts'
import type { Subscriptions } from './subscriptions.ts'
import type { RedisTimings } from './timings.ts'

/** What the life of a node works with. */
export interface NodeLifeParts {
  readonly commands: CommandClient
  readonly keys: Keys
  readonly lease: Lease
  readonly presence: RedisPresence
  readonly bans: RedisBans
  readonly tokenBans: RedisBans
  readonly health: Health
  readonly subscriptions: Subscriptions
  readonly timings: RedisTimings
  /** How long the users of a node that is gone stay present, ms. */
  readonly presenceGraceMs: number
  readonly onRevived: () => void
  readonly logger: Logger
}

/** It takes a call for each number of the keys, and finds something after a failover only. */
const TICKS_BETWEEN_LOOKS = 10

/** The channel on which other nodes answer to a lease. */
export function nodeChannel (keys: Keys, lease: string): string {
  return keys.global(`n:${lease}`)
}

/**
 * A node among others: holds its lease, takes out what nodes that are gone have left, ends graces, and after every trouble puts in again
 * what must be there.
 */
export class NodeLife {
  readonly lease: Lease
  readonly #parts: NodeLifeParts
  readonly #ticker: NodeJS.Timeout
  readonly #sweeping = new Set<string>()
  #ticks = 0
  #doing = Promise.resolve()
  #isBusy = false
  #channel: string | undefined
  /** How many runs of healing are under way. */
  #healing = 0
  /** What has to be put in again once more: the last run could not do all of it. */
  #unhealed: { readonly quiet: boolean } | undefined
  /** How often some bans may have been missed: once at the beginning. */
  #bansMissed = 1
  /** For how many of these times they have been read since. */
  #bansRead = 0
  #isOver = false

  constructor (parts: NodeLifeParts) {
    this.#parts = parts
    this.lease = parts.lease
    this.#ticker = setInterval(() => this.#tick(), parts.timings.sweepMs)
    onEveryReady(parts.commands, () => this.#onConnected())
  }

  /** True while Redis may lack something of this node. */
  get isOwing (): boolean {
    return this.#healing > 0 || this.#unhealed !== undefined || this.#bansAreOld
  }

  /** Some changes of the bans did not reach this node: reads them anew, and is not ready before that. */
  rereadBans (): void {
    this.#bansMissed += 1
    this.#inTurn(() => this.#loadBans())
  }

  /** Leaves the others: what cannot be taken out now they take out themselves once the lease has run out. Never rejects. */
  async end (): Promise<void> {
    const { presence, presenceGraceMs } = this.#parts
    this.#isOver = true
    clearInterval(this.#ticker)
    await this.#doing
    // A healing that is under way must not put in again what is taken out now.
    presence.close()
    try {
      await presence.sweepNode(this.lease.id, presenceGraceMs)
      await this.lease.forget(this.lease.id)
    } catch (err) {
      this.#parts.logger.info({ err }, 'this node leaves without a word: Redis does not answer')
    }
  }

  #onConnected (): void {
    if (this.#isOver) return
    this.#parts.health.probe()
    this.#inTurn(async () => {
      // While there was no connection some calls may have been lost, and after a failover some that had been answered.
      if (!await this.#beat(true)) this.#putIn({ quiet: true })
    })
  }

  #tick (): void {
    // A slow step is not followed by all those that would have been due meanwhile.
    if (this.#isBusy || this.#parts.commands.status !== 'ready') return
    const { presence } = this.#parts
    this.#inTurn(async () => {
      await this.#beat(false)
      if (this.#unhealed !== undefined && this.#healing === 0) this.#putIn(this.#unhealed)
      else if (this.#bansAreOld) await this.#loadBans()
      await presence.sweepGraces()
      await presence.healDirty()
      await this.#lookForOrphans()
    })
  }

  /** Resolves to true when everything of this node has to be put in again, and is. */
  async #beat (atOnce: boolean): Promise<boolean> {
    const { begunAgain, ended } = await this.lease.beat(atOnce)
    for (const lease of ended) this.#sweep(lease)
    this.#listen()
    if (begunAgain === undefined) return false
    // The others were told that our users had left, unless the store knows of nobody.
    this.#putIn({ quiet: begunAgain.storeIsNew })
    if (!begunAgain.storeIsNew) this.#parts.onRevived()
    return true
  }

  /** Puts in again what may be missing. Nobody waits for it: the beats go on meanwhile. */
  #putIn (how: { quiet: boolean }): void {
    this.#healing += 1
    this.#parts.presence.heal(how).then((isDone) => {
      this.#healing -= 1
      this.#unhealed = isDone ? undefined : how
    })
    this.rereadBans()
  }

  get #bansAreOld (): boolean {
    return this.#bansRead < this.#bansMissed
  }

  async #loadBans (): Promise<void> {
    const { bans, tokenBans } = this.#parts
    const missed = this.#bansMissed
    // Both have ended before the next turn, also where one has failed.
    const loads = await Promise.allSettled([bans.load(), tokenBans.load()])
    for (const load of loads) if (load.status === 'rejected') throw load.reason
    this.#bansRead = missed
  }

  /** A failover may lose a lease and keep what stands under it: nobody would ever take that out. */
  async #lookForOrphans (): Promise<void> {
    this.#ticks += 1
    if (this.#ticks % TICKS_BETWEEN_LOOKS !== 0) return
    const holders = await this.#parts.presence.holders()
    // The leases are read after what stands under them: a node that has just begun is no orphan.
    await this.#beat(true)
    for (const lease of holders) {
      if (!this.lease.isLive(lease)) this.#sweep(lease)
    }
  }

  /** Every node does it that sees it: one of them may be the next to go. */
  #sweep (lease: string): void {
    if (this.#sweeping.has(lease)) return
    this.#sweeping.add(lease)
    const { presence, presenceGraceMs, logger } = this.#parts
    logger.warn({ node: nodeOfLease(lease) }, 'a node is gone: taking its members out')
    presence.sweepNode(lease, presenceGraceMs)
      .then(() => this.lease.forget(lease))
      .catch((err: unknown) => logger.warn({ err, node: nodeOfLease(lease) }, 'could not take a node out, will try again'))
      .finally(() => this.#sweeping.delete(lease))
  }

  /** Answers to this node come on a channel that carries the name of its lease. */
  #listen (): void {
    const { keys, subscriptions } = this.#parts
    const channel = nodeChannel(keys, this.lease.id)
    if (channel === this.#channel) return
    if (this.#channel !== undefined) subscriptions.remove(this.#channel)
    this.#channel = channel
    subscriptions.add(channel)
  }

  /** One step after the other: a beat must not overtake the healing that an earlier one began. */
  #inTurn (step: () => Promise<void>): void {
    this.#isBusy = true
    const done = this.#doing.then(step).catch((err: unknown) => this.#parts.logger.debug({ err }, 'Redis: will be tried again'))
    this.#doing = done
    done.finally(() => { this.#isBusy = this.#doing !== done })
  }
}
