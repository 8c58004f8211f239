import type { Identity } from '../auth/identity.ts'
import { monotonicMs } from '../clock.ts'
import type { TicketStore } from './ticket-store.ts'

interface Entry {
  readonly identity: Identity
  /** On the clock of `monotonicMs`. */
  readonly untilMs: number
}

/** Tickets of a single process. Those whose time is over are forgotten at each new one. */
export class MemoryTickets implements TicketStore {
  readonly #entries = new Map<string, Entry>()

  /** How many are kept. */
  get size (): number {
    return this.#entries.size
  }

  put (ticket: string, identity: Identity, ttlMs: number): void {
    const now = monotonicMs()
    this.#forget(now)
    this.#entries.set(ticket, { identity, untilMs: now + ttlMs })
  }

  take (ticket: string): Identity | undefined {
    const entry = this.#entries.get(ticket)
    this.#entries.delete(ticket)
    return entry !== undefined && monotonicMs() < entry.untilMs ? entry.identity : undefined
  }

  /** The oldest are first: behind one that lasts longer a shorter one waits, at most for the longest time of a ticket. */
  #forget (nowMs: number): void {
    for (const [ticket, { untilMs }] of this.#entries) {
      if (nowMs < untilMs) return
      this.#entries.delete(ticket)
    }
  }
}
