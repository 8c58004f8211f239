import type { Identity } from '../auth/identity.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import type { Connection } from './connection.ts'
import type { Hub } from './hub.ts'

/** How many connections there may be; 0 means no limit. */
export interface AdmissionLimits {
  readonly maxConnections: number
  readonly maxConnectionsPerUser: number
  /** What happens to one too many of a user: an older one makes room, or the new one is refused. */
  readonly userLimitPolicy: 'replace' | 'reject'
  readonly maxConnectionsPerIp: number
}

/** Decides who comes in. */
export class Admission {
  readonly #hub: Hub
  readonly #limits: AdmissionLimits
  #draining = false

  constructor (hub: Hub, limits: AdmissionLimits) {
    this.#hub = hub
    this.#limits = limits
  }

  /** True once this node is going away. */
  get isDraining (): boolean {
    return this.#draining
  }

  /** From now on nobody comes in. */
  startDraining (): void {
    this.#draining = true
  }

  /** Why this node takes nobody at all now, or undefined. */
  nodeProblem (): string | undefined {
    if (this.#draining) return 'server is shutting down'
    return reached(this.#hub.size, this.#limits.maxConnections) ? 'server is at maximum capacity' : undefined
  }

  /** How many connections a user has on other nodes, where that counts; 0 when it cannot be learned. */
  connectionsElsewhere ({ userId }: Identity): MaybePromise<number> {
    return this.#mayReplace || this.#limits.maxConnectionsPerUser === 0 ? 0 : this.#hub.users.connectionsElsewhere(userId)
  }

  /** Why this client, with so many connections on other nodes, has too many already, or undefined. */
  clientProblem ({ userId }: Identity, address: string, elsewhere = 0): string | undefined {
    const { maxConnectionsPerUser, maxConnectionsPerIp } = this.#limits
    if (reached(this.#hub.census.fromAddress(address), maxConnectionsPerIp)) return 'too many connections from this address'
    const isRejected = !this.#mayReplace && reached(this.#hub.census.ofUser(userId) + elsewhere, maxConnectionsPerUser)
    return isRejected ? 'too many connections of this user' : undefined
  }

  /** Closes the oldest connections of a user here until one more fits; returns those closed. */
  makeRoom ({ userId }: Identity): Connection[] {
    const { maxConnectionsPerUser } = this.#limits
    if (maxConnectionsPerUser === 0) return []
    const connections = this.#hub.ofUser(userId)
    const replaced = connections.slice(0, Math.max(0, connections.length - maxConnectionsPerUser + 1))
    for (const connection of replaced) connection.close(closeCodes.replaced)
    return replaced
  }

  /**
   * Closes the connections of a user beyond the limit, on whatever node: the oldest, or, where they are not replaced, the newest, that
   * came in on several nodes at once. How many they were. Never rejects.
   */
  closeSurplus ({ userId }: Identity): MaybePromise<number> {
    return this.#limits.maxConnectionsPerUser > 0 ? this.#closeSurplus(userId) : 0
  }

  async #closeSurplus (userId: string): Promise<number> {
    const { maxConnectionsPerUser: max } = this.#limits
    const { sessions } = await this.#hub.users.sessionsOf(userId)
    const surplus = this.#mayReplace ? sessions.slice(0, Math.max(0, sessions.length - max)) : sessions.slice(max)
    if (surplus.length === 0) return 0
    const { code, reason } = this.#mayReplace ? closeCodes.replaced : closeCodes.rateLimit
    return (await this.#hub.disconnect({ connections: surplus.map(({ id }) => id) }, { code, reason })).closed
  }

  get #mayReplace (): boolean {
    return this.#limits.userLimitPolicy === 'replace'
  }
}

function reached (count: number, limit: number): boolean {
  return limit > 0 && count >= limit
}
