/** Counts things by name. */
export class Tally {
  readonly #counts = new Map<string, number>()

  /** One more, or several. */
  count (name: string, times = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times)
  }

  of (name: string): number {
    return this.#counts.get(name) ?? 0
  }

  get sum (): number {
    return [...this.#counts.values()].reduce((sum, times) => sum + times, 0)
  }

  /** `name: times` in the order of the names. */
  toString (): string {
    const entries = [...this.#counts].sort(([one], [other]) => one < other ? -1 : 1)
    return entries.length === 0 ? '-' : entries.map(([name, times]) => `${name}: ${times.toLocaleString('en')}`).join(', ')
  }
}
