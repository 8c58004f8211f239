import { setTimeout as sleep } from 'node:timers/promises'
import { readUsage } from '../../bench/load/process-usage.ts'
import { TeardownStack } from '../faults/teardown-stack.ts'
import { startChurnedService, type ChurnedService, type Snapshot } from './churned-service.ts'
import { Crowd } from './crowd.ts'
import type { ChurnOptions } from './options.ts'
import type { ChurnResult } from './verdict.ts'

const PROGRESS_MS = 30_000
const POLL_MS = 200
/** What a sample is compared by: three of them, a while apart. */
const SAMPLES = 3
const SAMPLE_GAP_MS = 200
/** Longer than any key is kept, and than it takes to sweep the graces. */
const SETTLE_MARGIN_MS = 30_000

/** How a churn is to be. */
export type ChurnSettings = Omit<ChurnOptions, 'help'>

/** What a churn works with. */
export interface ChurnParts {
  /** Told how it goes. */
  readonly say: (line: string) => void
  /** Resolves, with the reason, when the run is to end early. */
  readonly stopped: Promise<string>
}

/** Lets a service be churned, and compares what it holds afterwards with what it held after a warm-up. */
export async function runChurn (options: ChurnSettings, parts: ChurnParts): Promise<ChurnResult> {
  const stack = new TeardownStack()
  try {
    return await new Churn(await startChurnedService(stack, options), options, parts).run()
  } finally {
    await stack.run()
  }
}

class Churn {
  readonly #service: ChurnedService
  readonly #options: ChurnSettings
  readonly #say: ChurnParts['say']
  readonly #crowd: Crowd
  readonly #stop = new AbortController()
  #stopped: string | undefined

  constructor (service: ChurnedService, options: ChurnSettings, { say, stopped }: ChurnParts) {
    this.#service = service
    this.#options = options
    this.#say = say
    this.#crowd = new Crowd(service, options.seed)
    stopped.then((reason) => {
      this.#stopped = reason
      this.#stop.abort()
    }, () => {})
  }

  async run (): Promise<ChurnResult> {
    const { cycles, warmUp } = this.#options
    const startedAt = performance.now()
    const progress = setInterval(() => this.#tell(startedAt), PROGRESS_MS)
    try {
      const idleKeys = await this.#service.keyCount()
      await this.#play(Math.ceil(cycles * warmUp))
      // What a first client leaves for good, as when it was last seen, is no growth.
      const before = await this.#settle(idleKeys + 1)
      const durationMs = await this.#play(cycles)
      const after = await this.#settle(sum(before.keys))
      return this.#result({ before, after, durationMs, cycles })
    } catch (error) {
      this.#stopped ??= error instanceof Error ? error.message : String(error)
      return this.#result({ before: undefined, after: undefined, durationMs: performance.now() - startedAt, cycles: 0 })
    } finally {
      clearInterval(progress)
    }
  }

  async #play (cycles: number): Promise<number> {
    const startedAt = performance.now()
    await this.#crowd.run(cycles, this.#options.lanes, this.#stop.signal)
    if (this.#service.fate !== undefined) throw new Error(`the service ended: ${this.#service.fate}`)
    return performance.now() - startedAt
  }

  /** Waits until all are gone and Redis has forgotten them, or should have; then looks at what is left. */
  async #settle (mostKeys: number): Promise<Snapshot> {
    const endsAt = performance.now() + this.#options.keepS * 1_000 + SETTLE_MARGIN_MS
    while (performance.now() < endsAt && !await this.#isSettled(mostKeys)) await sleep(POLL_MS)
    const samples: Snapshot[] = []
    while (samples.length < SAMPLES) {
      await sleep(SAMPLE_GAP_MS)
      samples.push(await this.#service.snapshot())
    }
    return median(samples)
  }

  async #isSettled (mostKeys: number): Promise<boolean> {
    const { connections, rooms } = await this.#service.counts()
    return connections === 0 && rooms === 0 && await this.#service.keyCount() <= mostKeys
  }

  #tell (startedAt: number): void {
    const { count, failed, failures } = this.#crowd
    const seconds = (performance.now() - startedAt) / 1_000
    const usage = readUsage(this.#service.pid)
    const memory = usage === undefined ? '' : `, service ${(usage.rssKb / 1024).toFixed(0)} MiB and ${(100 * usage.cpuSeconds / seconds).toFixed(0)} % of a core`
    this.#say(`${seconds.toFixed(0)} s: ${count} cycles, ${failed} wrong${failed > 0 ? ` (${failures[0]})` : ''}${memory}`)
  }

  #result ({ before, after, durationMs, cycles }: Pick<ChurnResult, 'before' | 'after' | 'durationMs'> & { readonly cycles: number }): ChurnResult {
    const { done, failed, failures } = this.#crowd
    return { before, after, done, failed, failures, durationMs, perSecond: cycles / durationMs * 1_000, stopped: this.#stopped }
  }
}

function median (samples: readonly Snapshot[]): Snapshot {
  const middle = [...samples].sort((a, b) => a.heap - b.heap)[Math.floor(samples.length / 2)]
  if (middle === undefined) throw new Error('expected samples')
  return middle
}

function sum (keys: ReadonlyMap<string, number>): number {
  return [...keys.values()].reduce((sum, number) => sum + number, 0)
}
