import { Client, type ClientListener, type ClientOptions } from './client.ts'
import type { RunClock } from './run-clock.ts'
import type { StampFinder } from './stamp-finder.ts'
import type { Tally } from './tally.ts'
import type { Wire } from './wire.ts'

/** What the members of a run share, those who speak the same. */
export interface MemberContext {
  readonly wire: Wire
  readonly tally: Tally
  readonly clock: RunClock
  readonly stamps: StampFinder
  /** After each read of any socket. */
  readonly onRead: () => void
  readonly onBroken: (error: Error) => void
}

/** One connection of the load, member of one room: counts what it receives. */
export class Member implements ClientListener {
  readonly index: number
  readonly client: Client
  readonly #context: MemberContext

  constructor (options: ClientOptions, context: MemberContext) {
    this.index = options.index
    this.client = new Client(options, this)
    this.#context = context
  }

  onMessage (bytes: Buffer, start: number, end: number): boolean {
    const { stamps, tally, wire } = this.#context
    const at = stamps.usual(bytes, start)
    if (at >= 0) return this.#delivered(bytes, { start, at, end })
    const number = wire.ackNumber(bytes, start, end)
    if (number < 0) return this.#delivered(bytes, { start, at: stamps.search(bytes, start, end), end })
    tally.acked(number)
    return true
  }

  onRefused (code: string, number: number | undefined): void {
    this.#context.tally.refused(code, number)
  }

  onPong (): void {}

  onRead (): void {
    this.#context.onRead()
    this.#context.clock.tick()
  }

  onBroken (error: Error): void {
    this.#context.onBroken(error)
  }

  #delivered (bytes: Buffer, { start, at, end }: { readonly start: number, readonly at: number, readonly end: number }): boolean {
    if (at < 0) return false
    const { tally, wire } = this.#context
    tally.deliveredBytes += end - start
    tally.delivered(this.index, bytes, at, wire.seq(bytes, end))
    return true
  }
}
