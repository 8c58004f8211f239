/** The last few things by name: when there are more the oldest are forgotten. */
export class Recent<T> {
  readonly #values = new Map<string, T>()
  readonly #max: number

  constructor (max: number) {
    this.#max = max
  }

  get (name: string): T | undefined {
    return this.#values.get(name)
  }

  set (name: string, value: T): void {
    this.#values.delete(name)
    this.#values.set(name, value)
    if (this.#values.size <= this.#max) return
    const [oldest] = this.#values.keys()
    if (oldest !== undefined) this.#values.delete(oldest)
  }

  delete (name: string): void {
    this.#values.delete(name)
  }
}
