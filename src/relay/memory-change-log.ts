import { randomUUID } from 'node:crypto'
import { monotonicMs } from '../clock.ts'
import type { ChangeBatch, ChangeLog, LoggedChange, LogOptions } from './change-log.ts'
import type { PresenceChange } from './presence-store.ts'

/** A batch that is not finished. */
interface Taken {
  readonly batch: ChangeBatch
  readonly untilMs: number
}

/** The changes of a single process. */
export class MemoryChangeLog implements ChangeLog {
  dropped = 0
  #options: LogOptions = { maxWaiting: 0, connections: false }
  readonly #waiting: LoggedChange[] = []
  #taken: Taken | undefined

  begin (options: LogOptions): void {
    this.#options = options
  }

  get withConnections (): boolean {
    return this.#options.connections
  }

  /** A change has happened. */
  note (change: PresenceChange): void {
    const { maxWaiting } = this.#options
    if (maxWaiting === 0) return
    this.#waiting.push({ ...change, atMs: Date.now() })
    if (this.#waiting.length <= maxWaiting) return
    this.#waiting.shift()
    this.dropped += 1
  }

  take (limit: number, claimMs: number): ChangeBatch | undefined {
    const now = monotonicMs()
    if (this.#taken !== undefined && this.#taken.untilMs > now) return undefined
    if (this.#taken === undefined && this.#waiting.length === 0) return undefined
    const { id, changes } = this.#taken?.batch ?? { id: randomUUID(), changes: this.#waiting.splice(0, limit) }
    const batch = { id, changes, claim: randomUUID() }
    this.#taken = { batch, untilMs: now + claimMs }
    return batch
  }

  hold (batch: ChangeBatch, claimMs: number): boolean {
    if (this.#taken?.batch.claim !== batch.claim) return false
    this.#taken = { batch, untilMs: monotonicMs() + claimMs }
    return true
  }

  finish ({ id }: ChangeBatch): void {
    if (this.#taken?.batch.id === id) this.#taken = undefined
  }
}
