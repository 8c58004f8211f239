/** Counts how often each of a few things happened. */
export class Tally {
  readonly #counts: Map<string, number>

  /** `keys`: what is known from the start, and so also told where it never happened. */
  constructor (keys: readonly string[]) {
    this.#counts = new Map(keys.map((key) => [key, 0]))
  }

  /** One more of this kind. */
  count (key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  /** How many there were of each kind. */
  get counts (): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }
}
