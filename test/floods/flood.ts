import type { Socket } from 'node:net'
import type { Attacker } from './attacker.ts'

/** What one flood does. */
export interface Flood {
  /** Of the catalogue of cases. */
  readonly id: string
  readonly name: string
  /** Does it once; again and again, from several sides, that is the flood. */
  round (field: Field): Promise<void>
}

/** Where a flood takes place. */
export interface Field {
  readonly attacker: Attacker
  /** `http://127.0.0.1:port` of the service. */
  readonly address: string
  /** So many connections may a flood hold that lives by their number. */
  readonly maxSockets: number
  /** So many requests a side sends at once: 100, what a connection may by default, or fewer. */
  readonly burst: number
  /** Different in each round of each side. */
  readonly number: number
  /** A token of a user of this id. */
  token (userId: string, claims?: Record<string, unknown>): Promise<string>
  /** A WebSocket of a user of its own. */
  enter (): Promise<Socket>
}
