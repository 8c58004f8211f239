import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks'

/** Over how long the delay is looked at, ms. */
const WINDOW_MS = 2_000
const NS_PER_MS = 1e6

/** Watches how late the event loop's timers run. */
export class LoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 })
  readonly #stalledAboveMs: number
  readonly #timer: NodeJS.Timeout

  /** `stalledAboveMs`: a loop whose usual delay is above this serves nobody well. */
  constructor (stalledAboveMs: number) {
    this.#stalledAboveMs = stalledAboveMs
    this.#histogram.enable()
    this.#timer = setInterval(() => this.#histogram.reset(), WINDOW_MS)
    this.#timer.unref()
  }

  /** True while the median delay of the last seconds is above the bound; a single long turn is not enough. */
  isStalled (): boolean {
    return this.#histogram.count > 0 && this.#histogram.percentile(50) / NS_PER_MS > this.#stalledAboveMs
  }

  stop (): void {
    clearInterval(this.#timer)
    this.#histogram.disable()
  }
}
