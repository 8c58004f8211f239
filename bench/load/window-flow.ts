import type { Flow } from './flow.ts'
import type { Publisher } from './publisher.ts'
import type { Tally } from './tally.ts'

const CHECK_PERIOD_MS = 500
/** Checks without any arrival after which what is under way counts as lost, so that a hub that loses messages goes on. */
const IDLE_CHECKS = 6

/** Keeps a number of messages under way. */
export class WindowFlow implements Flow {
  readonly maxLagMs = 0
  readonly #inFlight: number
  readonly #publisher: Publisher
  readonly #tally: Tally
  #running = false
  #timer: NodeJS.Timeout | undefined
  #seen = 0
  #idleChecks = 0

  constructor (inFlight: number, publisher: Publisher, tally: Tally) {
    this.#inFlight = inFlight
    this.#publisher = publisher
    this.#tally = tally
  }

  start (): void {
    this.#running = true
    this.#timer = setInterval(() => this.#checkStall(), CHECK_PERIOD_MS)
    this.onRead()
  }

  onRead (): void {
    const free = this.#inFlight - this.#tally.inFlight
    if (this.#running && free > 0) this.#publisher.publish(free)
  }

  stop (): void {
    this.#running = false
    clearInterval(this.#timer)
  }

  #checkStall (): void {
    const { deliveries, completed } = this.#tally
    this.#idleChecks = deliveries + completed === this.#seen ? this.#idleChecks + 1 : 0
    this.#seen = deliveries + completed
    if (this.#idleChecks < IDLE_CHECKS) return
    this.#idleChecks = 0
    this.#tally.writeOffAll()
    this.onRead()
  }
}
