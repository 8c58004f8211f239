import type { Reply } from './wire.ts'

interface Waiter {
  readonly kind: Reply['kind']
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** The one answer that a client waits for, if any. */
export class Expected {
  #waiter: Waiter | undefined

  /** Resolves when an answer of this kind comes. */
  async next (kind: Reply['kind']): Promise<void> {
    await new Promise<void>((resolve, reject) => { this.#waiter = { kind, resolve, reject } })
  }

  came (kind: Reply['kind']): void {
    if (this.#waiter?.kind === kind) this.#take()?.resolve()
  }

  fail (error: Error): void {
    this.#take()?.reject(error)
  }

  #take (): Waiter | undefined {
    const waiter = this.#waiter
    this.#waiter = undefined
    return waiter
  }
}
