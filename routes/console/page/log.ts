import type { Entry } from './entry.ts'

/** Entries that are kept; older ones go. */
export const MOST_ENTRIES = 2_000

/** What of the log is wanted; empty: all. */
export interface Filter {
  readonly text: string
  readonly type: string
}

/** The last entries, and how many there were. */
export class Log {
  received = 0
  sent = 0
  filter: Filter = { text: '', type: '' }
  #entries: Entry[] = []

  get entries (): readonly Entry[] {
    return this.#entries.slice(-MOST_ENTRIES)
  }

  /** Number of the oldest entry that is kept. */
  get first (): number {
    return this.#entries.at(-MOST_ENTRIES)?.number ?? 0
  }

  add (entry: Entry): void {
    if (entry.direction === 'in') this.received += 1
    else if (entry.direction === 'out') this.sent += 1
    this.#entries.push(entry)
    // Not at each entry: that would move thousands for every one that comes.
    if (this.#entries.length > 2 * MOST_ENTRIES) this.#entries = this.#entries.slice(-MOST_ENTRIES)
  }

  clear (): void {
    this.#entries = []
    this.received = 0
    this.sent = 0
  }

  /** True for what the filter lets through. */
  matches ({ type, text }: Entry): boolean {
    const { filter } = this
    return (filter.type === '' || filter.type === type) && (filter.text === '' || text.toLowerCase().includes(filter.text))
  }
}
