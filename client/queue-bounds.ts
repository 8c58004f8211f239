import type { Call } from './call.ts'
import { QueueFullError } from './errors.ts'

/** How much may wait. */
export interface QueueLimits {
  readonly messages: number
  readonly bytes: number
}

/** Counts what waits for an answer, and refuses what is too much. */
export class QueueBounds {
  readonly #limits: QueueLimits
  #messages = 0
  #bytes = 0

  constructor (limits: QueueLimits) {
    this.#limits = limits
  }

  /** Throws a {@link QueueFullError} where there is no room. */
  add (call: Call): void {
    if (!isCounted(call)) return
    const { messages, bytes } = this.#limits
    if (this.#messages >= messages) throw new QueueFullError(`${messages} messages wait`)
    if (this.#bytes + call.size > bytes) throw new QueueFullError(`${bytes} bytes wait`)
    this.#messages += 1
    this.#bytes += call.size
  }

  remove (call: Call): void {
    if (!isCounted(call)) return
    this.#messages -= 1
    this.#bytes -= call.size
  }
}

/** Of what the client says by itself there is never much. */
function isCounted ({ rules }: Call): boolean {
  return rules.isUrgent !== true && rules.isUnbounded !== true
}
