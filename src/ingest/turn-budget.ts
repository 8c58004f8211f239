/** Shares the event loop with whoever else needs it: a turn of it has room for so much work, the rest waits for later turns, in its order. */
export class TurnBudget {
  readonly #limit: number
  readonly #waiting: Array<{ readonly amount: number, readonly enter: () => void }> = []
  #used = 0

  /** @param limit how much work a turn takes, in any unit; one piece is taken whatever its size */
  constructor (limit: number) {
    this.#limit = limit
  }

  /** Undefined where this turn has room; otherwise resolves in one that has. */
  take (amount: number): Promise<void> | undefined {
    if (this.#waiting.length > 0 || this.#used >= this.#limit) return new Promise((resolve) => { this.#waiting.push({ amount, enter: resolve }) })
    this.#use(amount)
    return undefined
  }

  #use (amount: number): void {
    if (this.#used === 0) setImmediate(() => this.#nextTurn())
    this.#used += amount
  }

  #nextTurn (): void {
    this.#used = 0
    while (this.#used < this.#limit) {
      const first = this.#waiting.shift()
      if (first === undefined) return
      this.#use(first.amount)
      first.enter()
    }
  }
}
