import { monotonicMs } from '../clock.ts'
import { PlaceWaiters } from './place-waiters.ts'
import type { NumberedMessage, OutboundEvent, Position } from './relay-message.ts'

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

/** More than this is not kept for one topic while it waits: what is let go of is in the history, or will be told as lost. */
const MAX_HELD = 1_000

/** How far this node is in one topic's stream. */
export class Stream {
  /** Undefined until the first message, or until somebody has asked for the position. */
  #epoch: string | undefined
  #last = 0
  /** There while something is missing, or may be. */
  #held: HeldArrival[] | undefined
  #waiters: PlaceWaiters | undefined
  /** What was said last, and when it came, on the clock of `monotonicMs`. */
  #latest: Pick<OutboundEvent, 'timestamp' | 'id'> | undefined
  #latestAtMs = -Infinity

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
    return this.#waiters?.isEmpty === false
  }

  /** How often a place was waited for so far. */
  get asked (): number {
    return this.#waiters?.asked ?? 0
  }

  /** What is to be done with a message that has come: one that waits is given to {@link keep}, and may need a repair. */
  take ({ epoch, seq }: Position, event: OutboundEvent): 'deliver' | 'drop' | 'wait' | 'repair' {
    if (this.#epoch === undefined) this.settle({ epoch, seq: seq - 1 })
    if (epoch === this.#epoch && seq <= this.#last && this.#held === undefined) return 'drop'
    if (this.#held !== undefined) return 'wait'
    if (epoch !== this.#epoch || seq !== this.#last + 1) return 'repair'
    this.advance(seq, event)
    return 'deliver'
  }

  /** True when the last message came within so many ms: what it said is known. */
  isFresh (withinMs: number): boolean {
    return monotonicMs() - this.#latestAtMs < withinMs
  }

  /** True for the last message, false for another one with its number. */
  isLatest ({ timestamp, id }: OutboundEvent): boolean {
    return this.#latest?.timestamp === timestamp && this.#latest.id === id
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

  /** The highest number known of: handed on, among the first `known` messages that wait, or named by the first `asked` who wait for a place. */
  reached ({ known, asked }: { readonly known: number, readonly asked: number }): number {
    const waiting = (this.#held ?? []).slice(0, known).map(({ position }) => position)
    const positions = [...waiting, ...this.#waiters?.first(asked) ?? []]
    return Math.max(this.#last, ...positions.filter(({ epoch }) => epoch === this.#epoch).map(({ seq }) => seq))
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
    this.#waiters?.settle(asked, (position) => this.#epoch === undefined || this.isAt(position))
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

  /** The messages up to a number were handed on, or told as lost; `event` is the one of that number, where there is one. */
  advance (seq: number, event?: OutboundEvent): void {
    this.#last = seq
    if (event !== undefined) this.#noteLatest(event)
    this.#waiters?.wakeHead((position) => this.isAt(position))
  }

  /** True when everything up to the place was handed on. */
  isAt ({ epoch, seq }: Position): boolean {
    return epoch === this.#epoch && seq <= this.#last
  }

  /** Resolves when {@link isAt}; rejects with `UNAVAILABLE` when that takes too long, or cannot be any more: the numbers have begun anew. */
  async whenAt (position: Position, limitMs: number): Promise<void> {
    this.#waiters ??= new PlaceWaiters()
    await this.#waiters.add(position, limitMs)
  }

  /** Nobody here wants the stream any more. */
  abandon (): void {
    this.letGo()
    this.#epoch = undefined
    this.release(this.asked)
  }

  #noteLatest ({ timestamp, id }: OutboundEvent): void {
    this.#latest = { timestamp, ...(id !== undefined && { id }) }
    this.#latestAtMs = monotonicMs()
  }
}
