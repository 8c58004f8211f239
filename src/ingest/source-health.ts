import type { Logger } from '../logger.ts'
import type { SourceStatus } from './ingest-source.ts'

/** More different reasons than these are not told of one outage. */
const MAX_TOLD = 20

/** How a source fares, as it is asked for and as the log says it: each reason of an outage once, and its end. */
export class SourceHealth {
  readonly #name: string
  readonly #logger: Logger
  readonly #told = new Set<string>()
  #problem: string | undefined = 'not connected yet'
  #isOver = false

  /** @param name what the events come from, for the log */
  constructor (name: string, logger: Logger) {
    this.#name = name
    this.#logger = logger
  }

  status (): SourceStatus {
    return this.#problem === undefined ? { consuming: true } : { consuming: false, problem: this.#problem }
  }

  /** No events for now. */
  failed (error: unknown): void {
    if (this.#isOver) return
    const reason = error instanceof Error ? error.message : String(error)
    this.#problem = reason
    if (this.#told.has(reason) || this.#told.size >= MAX_TOLD) return
    this.#told.add(reason)
    this.#logger.warn({ reason }, `no events from ${this.#name}, trying on`)
  }

  /** Events come, or may come at any time. */
  succeeded (where: object): void {
    if (this.#problem === undefined || this.#isOver) return
    this.#problem = undefined
    this.#told.clear()
    this.#logger.info(where, `events come from ${this.#name}`)
  }

  /** Events are wanted no more. */
  stopped (): void {
    this.#isOver = true
    this.#problem = 'stopped'
  }
}
