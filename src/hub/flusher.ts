import { monotonicMs } from '../clock.ts'
import { FrameChain } from './frame-chain.ts'

/** Something with frames waiting for the end of the turn. */
export interface Flushable {
  flush (): void
}

/** Those who got their first frame in the same turn, and how far writing to them has come. */
interface Round {
  readonly outboxes: readonly Flushable[]
  written: number
}

/** Writing goes on for so long before other sockets get their turn: about a thousand writes. */
const SLICE_MS = 5
/** A look at the clock costs about a tenth of a write. */
const WRITES_PER_LOOK = 32

/**
 * Writes what has gathered during one turn of the event loop, once per socket: system calls are what delivery costs. A fan-out
 * that takes longer than a slice goes on in later turns; what its receivers get meanwhile leaves with it.
 */
export class Flusher {
  readonly #sliceMs: number
  #empty = new FrameChain()
  #fresh: Flushable[] = []
  /** Rounds that did not end in their own turn, the oldest first. */
  readonly #late: Round[] = []
  #isAwake = false

  constructor (sliceMs = SLICE_MS) {
    this.#sliceMs = sliceMs
  }

  /** What every queue of this turn begins with. */
  get empty (): FrameChain {
    return this.#empty
  }

  /** Asks for a flush after this turn. An outbox asks once, when its first frame comes. */
  schedule (outbox: Flushable): void {
    this.#fresh.push(outbox)
    this.#wake()
  }

  #wake (): void {
    if (this.#isAwake) return
    this.#isAwake = true
    setImmediate(this.#flush)
  }

  readonly #flush = (): void => {
    const fresh = { outboxes: this.#fresh, written: 0 }
    const [oldest] = this.#late
    this.#fresh = []
    // Frames that nobody waits for any more are let go with the chain that led to them.
    this.#empty = new FrameChain()
    this.#isAwake = false
    // Who spoke just now gets the answer before a long fan-out goes on.
    if (!this.#writeSlice(fresh)) this.#late.push(fresh)
    if (oldest !== undefined && this.#writeSlice(oldest)) this.#late.shift()
    if (this.#late.length > 0) this.#wake()
  }

  /** Writes for the time of a slice; true when the round is done. */
  #writeSlice (round: Round): boolean {
    const endMs = monotonicMs() + this.#sliceMs
    while (round.written < round.outboxes.length) {
      round.outboxes[round.written]?.flush()
      round.written += 1
      if (round.written % WRITES_PER_LOOK === 0 && monotonicMs() > endMs) break
    }
    return round.written === round.outboxes.length
  }
}
