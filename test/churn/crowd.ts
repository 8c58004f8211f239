import type { ChurnedService } from './churned-service.ts'
import { play } from './cycle.ts'
import { cycleKinds, HALF_OPEN, planOf, type CycleKind } from './plan.ts'

/** Half-open peers that are there at a time; one more waits. */
const MOST_HALF_OPEN = 600
/** As many failures as are told. */
const MOST_TOLD = 20

/** Those who come and go, and what came of it. */
export class Crowd {
  readonly done = new Map<CycleKind, number>(cycleKinds.map((kind) => [kind, 0]))
  /** The first texts of what went wrong. */
  readonly failures: string[] = []
  failed = 0
  readonly #service: ChurnedService
  readonly #seed: number
  readonly #halfOpen = new Set<Promise<void>>()
  #next = 0

  constructor (service: ChurnedService, seed: number) {
    this.#service = service
    this.#seed = seed
  }

  /** Cycles that are over. */
  get count (): number {
    return [...this.done.values()].reduce((sum, times) => sum + times, 0)
  }

  /** Goes on with so many cycles, so many at a time; resolves when the last of them is over, or at the signal. */
  async run (cycles: number, lanes: number, signal: AbortSignal): Promise<void> {
    const end = this.#next + cycles
    await Promise.all(Array.from({ length: lanes }, async () => {
      while (this.#next < end && !signal.aborted) await this.#takeTurn(this.#next++)
    }))
    this.#next = end
    await Promise.all(this.#halfOpen)
  }

  async #takeTurn (index: number): Promise<void> {
    const plan = planOf(this.#seed, index)
    const over = this.#play(plan)
    if (!HALF_OPEN.has(plan.kind)) return await over
    this.#halfOpen.add(over)
    over.finally(() => this.#halfOpen.delete(over)).catch(() => {})
    if (this.#halfOpen.size > MOST_HALF_OPEN) await Promise.race(this.#halfOpen)
  }

  async #play (plan: ReturnType<typeof planOf>): Promise<void> {
    try {
      await play(plan, this.#service)
    } catch (error) {
      this.failed += 1
      const { kind, index } = plan
      if (this.failures.length < MOST_TOLD) this.failures.push(`cycle ${index} (${kind}): ${error instanceof Error ? error.message : String(error)}`)
    }
    this.done.set(plan.kind, (this.done.get(plan.kind) ?? 0) + 1)
  }
}
