/** What no run may have. */
export const WRONGS = ['lost', 'doubled', 'reordered', 'unexplained'] as const

/** A way in which a delivery can be wrong. */
export type Wrong = typeof WRONGS[number]

/** More of a kind are counted, but not told one by one. */
const MAX_TEXTS = 20

/** Everything that was wrong, counted, and the first of each kind in words. */
export class Findings {
  readonly counts: Record<Wrong, number> = { lost: 0, doubled: 0, reordered: 0, unexplained: 0 }
  /** What goes on at the moment, to be told beside a finding. */
  during = ''
  readonly #texts: Record<Wrong, string[]> = { lost: [], doubled: [], reordered: [], unexplained: [] }

  /** Lines for people, most serious kind first. */
  get texts (): string[] {
    return WRONGS.flatMap((kind) => this.#texts[kind].map((text) => `${kind}: ${text}`))
  }

  note (kind: Wrong, text: string): void {
    this.counts[kind] += 1
    if (this.#texts[kind].length < MAX_TEXTS) this.#texts[kind].push(this.during === '' ? text : `${text} (${this.during})`)
  }

  /** Something that counted as lost came after all. */
  foundLate (text: string): void {
    this.counts.lost -= 1
    this.note('reordered', text)
  }
}
