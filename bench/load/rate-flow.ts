import type { Flow } from './flow.ts'
import type { Publisher } from './publisher.ts'

const TICK_MS = 1
const MS_PER_S = 1_000

/** Sends messages at even distances, whether or not the hub keeps up. */
export class RateFlow implements Flow {
  maxLagMs = 0
  readonly #perMs: number
  readonly #publisher: Publisher
  #timer: NodeJS.Timeout | undefined
  #startMs = 0
  #sent = 0

  constructor (messagesPerSecond: number, publisher: Publisher) {
    this.#perMs = messagesPerSecond / MS_PER_S
    this.#publisher = publisher
  }

  start (): void {
    this.#startMs = performance.now()
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  onRead (): void {}

  stop (): void {
    clearInterval(this.#timer)
  }

  #tick (): void {
    const elapsedMs = performance.now() - this.#startMs
    const due = Math.floor(elapsedMs * this.#perMs)
    if (due === this.#sent) return
    this.maxLagMs = Math.max(this.maxLagMs, elapsedMs - (this.#sent + 1) / this.#perMs)
    this.#publisher.publish(due - this.#sent)
    this.#sent = due
  }
}
