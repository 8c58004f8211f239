/** How long to wait for the next sign of life before what is under way counts as lost. */
const STALL_MS = 15_000
const CHECKS_PER_STALL = 15

interface Waiter {
  readonly limit: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** Counts the messages that have not reached everybody yet, and lets the one sender wait until few enough are left. */
export class InFlight {
  readonly #stallMs: number
  #open = 0
  #activity = 0
  #waiter: Waiter | undefined
  #failure: Error | undefined

  constructor (stallMs = STALL_MS) {
    this.#stallMs = stallMs
  }

  /** The first failure, if there was one. */
  get failure (): Error | undefined {
    return this.#failure
  }

  opened (): void {
    this.#open++
  }

  /** Something arrived: not stalled. */
  touched (): void {
    this.#activity++
  }

  closed (): void {
    this.#open--
    if (this.#waiter && this.#open < this.#waiter.limit) this.#waiter.resolve()
  }

  /** Ends the present wait and every later one with this error; the first one counts. */
  fail (error: Error): void {
    this.#failure ??= error
    this.#waiter?.reject(this.#failure)
  }

  /** Resolves when fewer than `limit` messages are under way; rejects when nothing arrives for too long. */
  async below (limit: number): Promise<void> {
    if (this.#failure) throw this.#failure
    if (this.#open < limit) return
    const watch = this.#watchForStall()
    try {
      await new Promise<void>((resolve, reject) => { this.#waiter = { limit, resolve, reject } })
    } finally {
      clearInterval(watch)
      this.#waiter = undefined
    }
  }

  #watchForStall (): NodeJS.Timeout {
    let seen = this.#activity
    let idleChecks = 0
    return setInterval(() => {
      idleChecks = seen === this.#activity ? idleChecks + 1 : 0
      seen = this.#activity
      if (idleChecks < CHECKS_PER_STALL) return
      this.fail(new Error(`nothing arrived for ${this.#stallMs / 1_000} s with ${this.#open} messages under way`))
    }, this.#stallMs / CHECKS_PER_STALL)
  }
}
