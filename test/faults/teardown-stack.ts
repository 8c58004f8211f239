import type { Teardown } from '../helper.ts'

/** What a program started, to be ended in the opposite order. */
export class TeardownStack implements Teardown {
  readonly #steps: Array<() => unknown> = []

  teardown (step: () => unknown): void {
    this.#steps.push(step)
  }

  /** Ends everything, the latest first; what fails does not keep the rest. */
  async run (): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await Promise.resolve().then(step).catch(() => {})
  }
}
