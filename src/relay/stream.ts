import { HubError } from '../errors.ts'
import type { NumberedMessage, Position } from './relay-message.ts'

/** A message on its way to this node's connections, for one of its topics. */
export interface Arrival {
  readonly message: NumberedMessage
  /** Told once how many connections it was queued to. */
  readonly onDelivered: (recipients: number) => void
}

/** A message that waits for those before it. */
export interface HeldArrival extends Arrival {
  readonly position: Position
  isDelivered: boolean
}

interface Waiter {
  readonly number: number
  readonly position: Position
  readonly resolve: () => void
}

/** More than this is not kept for one topic while it waits: what is let go of is in the history, or will be told as lost. */
const MAX_HELD = 1_000

/** How far this node is in one topic's stream. */
export class Stream {
  /** Undefined until the first message, or until somebody has asked for the position. */
  #epoch: string | undefined
  #last = 0
  /** There while something is missing, or may be. */
  #held: HeldArrival[] | undefined
  #waiters: Waiter[] | undefined
  #asked = 0

  get epoch (): string | undefined {
    return this.#epoch
  }

  /** Number of the last message that was handed on. */
  get last (): number {
    return this.#last
  }

  /** True while messages wait for a repair. */
  get isHeld (): boolean {
    return this.#held !== undefined
  }

  /** True while somebody waits for a place. */
  get isAwaited (): boolean {
    return this.#waiters !== undefined
  }

  /** How often a place was waited for so far. */
  get asked (): number {
    return this.#asked
  }

  /** What is to be done with a message that has come: one that waits is given to {@link keep}, and may need a repair. */
  take ({ epoch, seq }: Position): 'deliver' | 'drop' | 'wait' | 'repair' {
    if (this.#epoch === undefined) this.settle({ epoch, seq: seq - 1 })
    if (epoch === this.#epoch && seq <= this.#last && this.#held === undefined) return 'drop'
    if (this.#held !== undefined) return 'wait'
    if (epoch !== this.#epoch || seq !== this.#last + 1) return 'repair'
    this.advance(seq)
    return 'deliver'
  }

  /** Keeps a message until the stream is repaired. */
  keep (position: Position, arrival: Arrival): void {
    this.#held ??= []
    if (this.#held.length >= MAX_HELD) this.letGo()
    this.#held.push({ ...arrival, position, isDelivered: false })
  }

  /** From here on messages wait, where it is known what comes next. */
  hold (): void {
    if (this.#epoch !== undefined) this.#held ??= []
  }

  /** How many messages wait. */
  get heldCount (): number {
    return this.#held?.length ?? 0
  }

  /** The highest number seen, be it handed on or among the first `count` that wait. */
  reached (count: number): number {
    const waiting = (this.#held ?? []).slice(0, count).filter(({ position }) => position.epoch === this.#epoch)
    return Math.max(this.#last, ...waiting.map(({ position }) => position.seq))
  }

  /** The messages that wait, in the order in which they came; they are the taker's now. */
  takeHeld (): readonly HeldArrival[] {
    const held = this.#held ?? []
    this.#held = []
    return held
  }

  /** Lets messages wait on. */
  putBack (arrivals: readonly HeldArrival[]): void {
    this.#held = [...arrivals, ...this.#held ?? []]
  }

  /**
   * No message waits any more: they go on as they come. All has been done for the first `asked` who waited for a place; the store was looked
   * at before the others asked.
   */
  release (asked: number): void {
    this.#held = undefined
    this.#wake(({ number, position }) => number <= asked || this.isAt(position))
  }

  /** Drops what waits, but goes on holding. */
  letGo (): void {
    for (const { onDelivered } of this.#held ?? []) onDelivered(0)
    this.#held = []
  }

  /** Takes a place as the one where the stream stands. */
  settle ({ epoch, seq }: Position): void {
    this.#epoch = epoch
    this.#last = seq
  }

  /** The messages up to a number were handed on, or told as lost. */
  advance (seq: number): void {
    this.#last = seq
    if (this.#waiters !== undefined) this.#wake(({ position }) => this.isAt(position))
  }

  /** True when everything up to the place was handed on. */
  isAt ({ epoch, seq }: Position): boolean {
    return epoch === this.#epoch && seq <= this.#last
  }

  /** Resolves when {@link isAt}, or when all has been done to get there; rejects with `UNAVAILABLE` when that takes too long. */
  async whenAt (position: Position, limitMs: number): Promise<void> {
    const number = this.#asked += 1
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(new HubError('UNAVAILABLE', 'the stream could not be followed in time')), limitMs)
        this.#waiters = [...this.#waiters ?? [], { number, position, resolve }]
      })
    } finally {
      clearTimeout(timer)
      this.#wake((waiter) => waiter.number === number)
    }
  }

  /** Nobody here wants the stream any more. */
  abandon (): void {
    this.letGo()
    this.release(this.#asked)
  }

  #wake (isServed: (waiter: Waiter) => boolean): void {
    const waiters = this.#waiters ?? []
    const left = waiters.filter((waiter) => !isServed(waiter))
    this.#waiters = left.length === 0 ? undefined : left
    for (const waiter of waiters) {
      if (!left.includes(waiter)) waiter.resolve()
    }
  }
}
