import { setTimeout as sleep } from 'node:timers/promises'
import type { HandleEvent } from '../ingest-source.ts'
import { toEvent, type Entry } from './entry.ts'

/** What holding events needs. */
export interface HeldEventsParts {
  readonly stream: string
  readonly handle: HandleEvent
  /** Tells the group that there is a final verdict. May reject: the event then comes again. */
  readonly settle: (id: string) => Promise<void>
  /** When to stop trying again. */
  readonly signal: AbortSignal
}

/** The events of this node that have no final verdict: under way, or waiting to be tried again. */
export class HeldEvents {
  readonly #parts: HeldEventsParts
  readonly #held = new Map<string, Promise<void>>()
  readonly #left: string[] = []

  constructor (parts: HeldEventsParts) {
    this.#parts = parts
  }

  get size (): number {
    return this.#held.size
  }

  ids (): string[] {
    return [...this.#held.keys()]
  }

  /** Those that are for another node: without a final verdict when this one was told to stop. */
  leftOver (): string[] {
    return [...this.#left, ...this.#held.keys()]
  }

  /** Begins with an event at once; one that is held already goes on as it is. */
  take (entry: Entry, attempt: number): void {
    if (!this.#held.has(entry.id)) this.#held.set(entry.id, this.#see(entry, attempt))
  }

  /** Resolves when none is under way any more. */
  async whenSettled (): Promise<void> {
    await Promise.all(this.#held.values())
  }

  async #see (entry: Entry, first: number): Promise<void> {
    const { stream, handle, settle, signal } = this.#parts
    try {
      // Not before it stands among those held: it is taken out at the end, also of one that fails at once.
      await undefined
      for (let attempt = first; ; attempt += 1) {
        const verdict = await handle(toEvent(entry, stream, attempt))
        if (verdict.kind !== 'retry') return await settle(entry.id)
        await sleep(verdict.afterMs, undefined, { signal })
      }
    } catch {
      // It has no verdict that anybody knows of, so it comes again.
      if (signal.aborted) this.#left.push(entry.id)
    } finally {
      this.#held.delete(entry.id)
    }
  }
}
