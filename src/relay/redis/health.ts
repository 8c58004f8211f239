import { monotonicMs } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Keys } from './keys.ts'
import { probeScript } from './lease-script.ts'
import type { ScriptRunner } from './script-runner.ts'

/** What is probed, and how often. */
export interface HealthParts {
  readonly runner: ScriptRunner & { masterOf (key: string): string }
  readonly keys: Keys
  readonly probeMs: number
  /** A probe that is older says nothing any more, ms. */
  readonly staleMs: number
  readonly logger: Logger
}

/** Tries at short intervals whether every master takes a write; says in the log when that changes, once. */
export class Health {
  readonly #parts: HealthParts
  readonly #timer: NodeJS.Timeout
  #problem: string | undefined = 'Redis has not answered yet'
  #succeededAtMs = -Infinity
  #isProbing = false
  /** What the log has been told since Redis last answered: causes may alternate at every try. */
  readonly #told = new Set<string>()

  constructor (parts: HealthParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.probe(), parts.probeMs)
  }

  /** Why Redis cannot be used now, or undefined. */
  get problem (): string | undefined {
    if (this.#problem !== undefined) return this.#problem
    // After the process itself has stood still nothing is known until the next probe.
    return monotonicMs() - this.#succeededAtMs > this.#parts.staleMs ? 'Redis has not been asked lately' : undefined
  }

  /** Tries now; never rejects. */
  probe (): void {
    if (this.#isProbing) return
    this.#isProbing = true
    this.#try()
      .then(() => this.#succeeded(), (error: Error) => this.#failed(error.message))
      .finally(() => { this.#isProbing = false })
  }

  close (): void {
    clearInterval(this.#timer)
  }

  async #try (): Promise<void> {
    const { runner, keys } = this.#parts
    const byMaster = new Map(keys.tags().map((tag) => {
      const key = `${keys.base(tag)}probe`
      return [runner.masterOf(key), key] as const
    }))
    await Promise.all([...byMaster.values()].map((key) => runner.run(probeScript, [key], [])))
  }

  #succeeded (): void {
    this.#succeededAtMs = monotonicMs()
    if (this.#problem === undefined) return
    this.#problem = undefined
    this.#told.clear()
    this.#parts.logger.info({}, 'Redis answers')
  }

  #failed (problem: string): void {
    this.#problem = problem
    if (this.#told.has(problem)) return
    this.#told.add(problem)
    this.#parts.logger.warn({ reason: problem }, 'Relay error: Redis cannot be used, trying on')
  }
}
