import { monotonicMs } from '../clock.ts'

/** Totals that only grow, by what they count. */
export type Totals = Readonly<Record<string, number>>

interface Mark {
  readonly atMs: number
  readonly totals: Totals
}

const STEP_MS = 1_000
/** Long enough to be steady, short enough to show what goes on now. */
const WINDOW_STEPS = 10

/** How fast totals grow, over the last ten seconds: whoever asks is told the same, however many do. */
export class Throughput {
  readonly #read: () => Totals
  readonly #marks: Mark[]
  readonly #timer: NodeJS.Timeout

  /** `stepMs`: time between two looks at the totals. */
  constructor (read: () => Totals, stepMs: number = STEP_MS) {
    this.#read = read
    this.#marks = [this.#mark()]
    this.#timer = setInterval(() => this.#step(), stepMs)
    this.#timer.unref()
  }

  /** Growth of each total, per second. */
  perSecond (): Record<string, number> {
    const now = this.#mark()
    const [first = now] = this.#marks
    const seconds = (now.atMs - first.atMs) / 1_000
    return Object.fromEntries(Object.entries(now.totals).map(([name, total]) => (
      [name, seconds > 0 ? (total - (first.totals[name] ?? 0)) / seconds : 0]
    )))
  }

  stop (): void {
    clearInterval(this.#timer)
  }

  #step (): void {
    this.#marks.push(this.#mark())
    if (this.#marks.length > WINDOW_STEPS) this.#marks.shift()
  }

  #mark (): Mark {
    return { atMs: monotonicMs(), totals: { ...this.#read() } }
  }
}
