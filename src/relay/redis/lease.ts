import { randomUUID } from 'node:crypto'
import { monotonicMs } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Keys } from './keys.ts'
import { endLeaseScript, leaseScript } from './lease-script.ts'
import type { ScriptRunner } from './script-runner.ts'
import type { RedisTimings } from './timings.ts'

/** What a lease works with. */
export interface LeaseParts {
  readonly nodeId: string
  readonly runner: ScriptRunner
  readonly keys: Keys
  readonly timings: RedisTimings
  /** How many connections this node has. */
  readonly connections: () => number
  readonly logger: Logger
}

/** What a look at the leases found. */
export interface LeaseFindings {
  /** There when this node had to begin a new lease: the old one had run out, or the store is another one. */
  readonly begunAgain: { readonly storeIsNew: boolean } | undefined
  /** Leases of nodes that are gone. */
  readonly ended: readonly string[]
}

/** Separates the node's id from the number of its life. */
const LIFE = '#'

/** The id of the node whose lease it is. */
export function nodeOfLease (lease: string): string {
  return lease.slice(0, lease.lastIndexOf(LIFE))
}

/**
 * This node's place among the nodes: held for some seconds at a time. A node that does not renew its lease is taken out by the others;
 * if it comes back, then under a new lease, for what it had under the old one is gone.
 */
export class Lease {
  readonly #parts: LeaseParts
  readonly #names: readonly [string, string, string]
  #life = 1
  #store: string | undefined
  #hasBegun = false
  /** A lease was lost, and no new one has been begun yet. */
  #lost: LeaseFindings['begunAgain']
  #renewedAtMs = -Infinity
  #live: readonly string[] = []
  #elsewhere = 0
  #clockAheadMs = 0

  constructor (parts: LeaseParts) {
    this.#parts = parts
    this.#names = [parts.keys.global('leases'), parts.keys.global('connections'), parts.keys.global('store')]
  }

  /** The name under which everything of this node stands in Redis. */
  get id (): string {
    return `${this.#parts.nodeId}${LIFE}${this.#life}`
  }

  /** Key of all leases. */
  get leasesKey (): string {
    return this.#names[0]
  }

  /** True while the others believe that this node is there, as far as can be known without asking. */
  get isHeld (): boolean {
    return this.#hasBegun && monotonicMs() - this.#renewedAtMs < this.#parts.timings.leaseMs
  }

  /** Ids of all nodes, as last heard. */
  get nodes (): string[] {
    return this.#live.map(nodeOfLease)
  }

  /** True for the lease of a node that is there, as last heard. */
  isLive (lease: string): boolean {
    return this.#live.includes(lease)
  }

  /** How far Redis' clock is ahead of `Date.now`, ms, as last heard. */
  get clockAheadMs (): number {
    return this.#clockAheadMs
  }

  /** Connections on the other nodes, as last heard. */
  get connectionsElsewhere (): number {
    return this.#elsewhere
  }

  /** Renews the lease when that is due, or at once, and looks for nodes that are gone. Rejects with `UNAVAILABLE`. */
  async beat (atOnce = false): Promise<LeaseFindings> {
    if (!this.#hasBegun) return await this.#begin()
    const isDue = atOnce || monotonicMs() - this.#renewedAtMs >= this.#parts.timings.beatMs
    const { holds, store, ended } = await this.#call(isDue ? 'renew' : 'look')
    if (holds && store === this.#store) {
      if (isDue) this.#renewedAtMs = monotonicMs()
      return { begunAgain: undefined, ended }
    }
    this.#lose(store !== this.#store)
    return await this.#begin()
  }

  /** Forgets a lease, the own one or one that has run out: nothing of that node is left in Redis. Rejects with `UNAVAILABLE`. */
  async forget (lease: string): Promise<void> {
    await this.#parts.runner.run(endLeaseScript, this.#names.slice(0, 2), [lease])
  }

  async #begin (): Promise<LeaseFindings> {
    const { store, ended } = await this.#call('begin')
    this.#hasBegun = true
    this.#store = store
    this.#renewedAtMs = monotonicMs()
    const begunAgain = this.#lost
    this.#lost = undefined
    return { begunAgain, ended }
  }

  #lose (storeIsNew: boolean): void {
    this.#parts.logger.warn({ lease: this.id, store_is_new: storeIsNew }, storeIsNew ? 'Redis has lost its data' : 'this node was taken for dead')
    this.#lost = { storeIsNew }
    this.#life += 1
    this.#hasBegun = false
  }

  async #call (what: 'begin' | 'renew' | 'look'): Promise<{ holds: boolean, store: string, ended: string[] }> {
    const { runner, timings, connections } = this.#parts
    const sentAtMs = Date.now()
    const answer = await runner.run(leaseScript, this.#names, [this.id, what, timings.leaseMs, connections(), randomUUID()])
    const [now, holds, store, elsewhere, liveCount, ...leases] = Array.isArray(answer) ? answer : []
    // The difference lies between what it would be if the call, or the answer, had taken no time; where that may be none, it is none.
    this.#clockAheadMs = Math.min(Number(now) - sentAtMs, Math.max(Number(now) - Date.now(), 0))
    this.#elsewhere = Number(elsewhere)
    this.#live = leases.slice(0, Number(liveCount)).map(String)
    const ended = leases.slice(Number(liveCount)).map(String).filter((lease) => lease !== this.id)
    return { holds: Number(holds) === 1, store: String(store), ended }
  }
}
