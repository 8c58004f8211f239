import { Client, type ClientListener, type ClientOptions } from './client.ts'
import { isDigit, readDigits } from './digits.ts'
import type { RunClock } from './run-clock.ts'
import type { StampFinder } from './stamp-finder.ts'
import type { Tally } from './tally.ts'
import type { Wire } from './wire.ts'

/** What the members of a run share. */
export interface MemberContext {
  readonly wire: Wire
  readonly tally: Tally
  readonly clock: RunClock
  readonly stamps: StampFinder
  /** After each read of any socket. */
  readonly onRead: () => void
  readonly onBroken: (error: Error) => void
}

const CLOSING_BRACE = 0x7D
const COLON = 0x3A

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

  onText (bytes: Buffer, start: number, end: number): boolean {
    const { stamps, tally, wire } = this.#context
    const at = stamps.usual(bytes, start)
    if (at >= 0) return this.#delivered(bytes, at, end)
    const number = wire.ackNumber(bytes, start, end)
    if (number < 0) return this.#delivered(bytes, stamps.search(bytes, start, end), end)
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

  #delivered (bytes: Buffer, at: number, end: number): boolean {
    if (at < 0) return false
    this.#context.tally.delivered(this.index, bytes, at, seqAtEnd(bytes, end))
    return true
  }
}

/** The room's own numbering, which wshub writes last: `"seq":7}`. 0 without one. */
function seqAtEnd (bytes: Buffer, end: number): number {
  if (bytes[end - 1] !== CLOSING_BRACE) return 0
  let before = end - 2
  while (isDigit(bytes[before])) before -= 1
  return bytes[before] === COLON ? readDigits(bytes, before + 1, end - 2 - before) : 0
}
