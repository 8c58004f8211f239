import type { Writable } from 'node:stream'
import type { OnProgress } from '../../bench/load/load.ts'
import { notify, type World } from './world.ts'

/** A terminal's line is rewritten as often as the eye follows; a log gets a line now and then. */
const PERIOD_MS = { terminal: 100, log: 1_000 } as const
/** Other phases count connections. */
const PHASES_IN_SECONDS: ReadonlySet<string> = new Set(['warming up', 'measuring'])
const ERASE_LINE = '\r\x1b[K'

/** Tells on standard error how far a load is. */
export class BenchProgress {
  readonly #world: World
  readonly #stream: Writable & { readonly isTTY?: boolean }
  #shownAtMs = Number.NEGATIVE_INFINITY

  constructor (world: World) {
    this.#world = world
    this.#stream = world.stderr
  }

  /** Says how much of a phase is done, unless it has just said something. */
  readonly show: OnProgress = (phase, done, total) => {
    const nowMs = performance.now()
    if (nowMs - this.#shownAtMs < (this.#isTerminal ? PERIOD_MS.terminal : PERIOD_MS.log)) return
    this.#shownAtMs = nowMs
    const text = `${phase}: ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}${PHASES_IN_SECONDS.has(phase) ? ' s' : ''}`
    if (this.#isTerminal) this.#stream.write(`${ERASE_LINE}${text}`)
    else notify(this.#world, text)
  }

  /** Leaves a clean line behind. */
  end (): void {
    if (this.#isTerminal) this.#stream.write(ERASE_LINE)
  }

  get #isTerminal (): boolean {
    return this.#stream.isTTY === true
  }
}
