/** A number that a receiver has passed without getting its message: perhaps it was its own, perhaps nobody has owned up to it yet. */
export type Hole = 'open' | 'lost'

/** What came of taking a number. */
export interface Taken {
  readonly outcome: 'new' | 'again' | 'late'
  /** Numbers that were passed by it. */
  readonly skipped: readonly number[]
  /** What the place was taken for until now. */
  readonly hole: Hole | undefined
}

/** A jump over more is told once: no history is that long. */
const MAX_SKIP = 100_000

/** The part of one epoch of a topic that one receiver answers for: everything behind the start. */
export class Span {
  readonly start: number
  readonly holes = new Map<number, Hole>()
  #last: number
  #told: Array<{ readonly from: number, readonly to: number }> = []
  #isClosed = false

  constructor (start: number) {
    this.start = start
    this.#last = start
  }

  /** The highest number that the receiver has got, or has passed. */
  get last (): number {
    return this.#last
  }

  /** The receiver got a number. */
  take (seq: number): Taken {
    const hole = this.holes.get(seq)
    if (seq <= this.#last) {
      this.holes.delete(seq)
      return { outcome: hole === undefined ? 'again' : 'late', skipped: [], hole }
    }
    return { outcome: 'new', skipped: this.pass(seq - 1, seq), hole }
  }

  /** The receiver stands at a number; gives back those up to `owed` that it has neither got nor been told of. */
  pass (owed: number, last: number): readonly number[] {
    const skipped: number[] = []
    const end = Math.min(owed, this.#last + MAX_SKIP)
    for (let seq = this.#last + 1; seq <= end; seq += 1) {
      if (!this.#isTold(seq)) skipped.push(seq)
    }
    for (const seq of skipped) this.holes.set(seq, 'open')
    this.#last = last
    this.#told = this.#told.filter(({ to }) => to > last)
    return skipped
  }

  /** The receiver was told that it misses these. */
  tell (from: number, to: number): void {
    this.#told.push({ from, to })
    for (const seq of this.holes.keys()) {
      if (seq >= from && seq <= to) this.holes.delete(seq)
    }
  }

  /** The receiver was told that the rest of the epoch is gone. */
  close (): void {
    this.#isClosed = true
  }

  /** Whether the receiver still has to get a number. */
  owes (seq: number): boolean {
    return seq > this.#last && !this.#isClosed && !this.#isTold(seq)
  }

  #isTold (seq: number): boolean {
    return this.#told.some(({ from, to }) => seq >= from && seq <= to)
  }
}
