import type { Identity } from '../auth/identity.ts'
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

  /** Why this client has too many connections already, or undefined. */
  clientProblem ({ userId }: Identity, address: string): string | undefined {
    const { maxConnectionsPerUser, maxConnectionsPerIp, userLimitPolicy } = this.#limits
    if (reached(this.#hub.census.fromAddress(address), maxConnectionsPerIp)) return 'too many connections from this address'
    const isRejected = userLimitPolicy === 'reject' && reached(this.#hub.census.ofUser(userId), maxConnectionsPerUser)
    return isRejected ? 'too many connections of this user' : undefined
  }

  /** Closes the oldest connections of a user until one more fits; returns those closed. */
  makeRoom ({ userId }: Identity): Connection[] {
    const { maxConnectionsPerUser } = this.#limits
    if (maxConnectionsPerUser === 0) return []
    const connections = this.#hub.ofUser(userId)
    const replaced = connections.slice(0, Math.max(0, connections.length - maxConnectionsPerUser + 1))
    for (const connection of replaced) connection.close(closeCodes.replaced)
    return replaced
  }
}

function reached (count: number, limit: number): boolean {
  return limit > 0 && count >= limit
}
