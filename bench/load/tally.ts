import type { RunClock } from './run-clock.ts'
import { Samples } from './samples.ts'
import { readMessageNumber, readSender, readSentUs } from './stamp.ts'

/** Who may receive from whom. Members are numbered room by room. */
export interface TallyOptions {
  readonly rooms: number
  readonly membersPerRoom: number
  /** How many of a room's members publish: the first so many. */
  readonly publishersPerRoom: number
  /** The latency of every so many deliveries is measured. */
  readonly latencyEvery: number
}

/** Messages that may be under way; more are not waited for any longer. */
const RING = 1 << 16
const RING_MASK = RING - 1

/** Counts what was sent and what came of it, and checks order and completeness. Nothing here allocates per delivery. */
export class Tally {
  readonly latencies = new Samples()
  readonly refusals = new Map<string, number>()
  messages = 0
  /** Copies that arrived in order. */
  deliveries = 0
  /** Content of all copies, without the headers of frames. */
  deliveredBytes = 0
  /** Copies that are due, those under way included. */
  expected = 0
  /** Messages that were acknowledged and have reached everybody. */
  completed = 0
  /** Copies that came after a later one of the same sender or room. */
  late = 0
  /** Copies that came a second time right after the first; they must not stand for others that never came. */
  repeated = 0
  /** Copies to the sender, or to another room. */
  strays = 0
  /** Messages whose acknowledgement or copies are still to come. */
  inFlight = 0
  readonly #options: TallyOptions
  readonly #clock: Pick<RunClock, 'nowUs'>
  /** Copies and acknowledgements still to come, by the number of the message. */
  readonly #missing = new Int32Array(RING)
  readonly #numbers = new Int32Array(RING).fill(-1)
  /** The last message that a member had from a publisher of its room. */
  readonly #lastNumbers: Int32Array
  readonly #lastSeqs: Float64Array
  #untilLatency = 1

  constructor (options: TallyOptions, clock: Pick<RunClock, 'nowUs'>) {
    const members = options.rooms * options.membersPerRoom
    this.#clock = clock
    this.#options = options
    this.#lastNumbers = new Int32Array(members * options.publishersPerRoom).fill(-1)
    this.#lastSeqs = new Float64Array(members)
  }

  /** Notes a message as sent; numbers count up from 0. */
  sent (number: number): void {
    const copies = this.#options.membersPerRoom - 1
    this.writeOff(number - RING)
    this.#numbers[number & RING_MASK] = number
    this.#missing[number & RING_MASK] = copies + 1
    this.messages += 1
    this.expected += copies
    this.inFlight += 1
  }

  /** Notes a copy whose stamp begins at a place. `seq` is its place in the room's order, 0 when the hub gives none. */
  delivered (receiver: number, bytes: Buffer, at: number, seq: number): void {
    const sender = readSender(bytes, at)
    const number = readMessageNumber(bytes, at)
    const publisher = this.#publisherFor(receiver, sender)
    if (publisher < 0) {
      this.strays += 1
    } else if (this.#isNext(receiver, publisher, number, seq)) {
      this.deliveries += 1
      this.#arrived(number)
      this.#measure(bytes, at)
    } else if (this.#isRepeated(receiver, publisher, number)) {
      this.repeated += 1
    } else {
      this.late += 1
    }
  }

  /** Notes an acknowledgement. */
  acked (number: number): void {
    this.#arrived(number)
  }

  /** Notes that the server did not take a message, if a number is given, or something else. */
  refused (code: string, number: number | undefined): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
    if (number === undefined || !this.#isOpen(number)) return
    this.expected -= this.#options.membersPerRoom - 1
    this.writeOff(number)
  }

  /** Stops waiting for what is missing of a message. */
  writeOff (number: number): void {
    if (number < 0 || !this.#isOpen(number)) return
    this.#missing[number & RING_MASK] = 0
    this.inFlight -= 1
  }

  /** Stops waiting for everything that is under way. */
  writeOffAll (): void {
    for (const number of this.#numbers) this.writeOff(number)
  }

  /** Copies that never came, as far as one can tell now. */
  get lost (): number {
    return Math.max(0, this.expected - this.deliveries - this.late)
  }

  /** A publisher's place within the receiver's room; -1 when the receiver was to get nothing of this sender. */
  #publisherFor (receiver: number, sender: number): number {
    const { membersPerRoom, publishersPerRoom } = this.#options
    const publisher = sender - Math.floor(receiver / membersPerRoom) * membersPerRoom
    return publisher < publishersPerRoom && sender !== receiver ? publisher : -1
  }

  #isRepeated (receiver: number, publisher: number, number: number): boolean {
    return this.#lastNumbers[this.#pair(receiver, publisher)] === number
  }

  #pair (receiver: number, publisher: number): number {
    return receiver * this.#options.publishersPerRoom + publisher
  }

  #isNext (receiver: number, publisher: number, number: number, seq: number): boolean {
    const pair = this.#pair(receiver, publisher)
    const isLater = number > (this.#lastNumbers[pair] ?? 0) && (seq === 0 || seq > (this.#lastSeqs[receiver] ?? 0))
    if (!isLater) return false
    this.#lastNumbers[pair] = number
    this.#lastSeqs[receiver] = seq
    return true
  }

  #arrived (number: number): void {
    if (!this.#isOpen(number)) return
    const missing = (this.#missing[number & RING_MASK] ?? 0) - 1
    this.#missing[number & RING_MASK] = missing
    if (missing > 0) return
    this.inFlight -= 1
    this.completed += 1
  }

  #isOpen (number: number): boolean {
    return this.#numbers[number & RING_MASK] === number && (this.#missing[number & RING_MASK] ?? 0) > 0
  }

  #measure (bytes: Buffer, at: number): void {
    this.#untilLatency -= 1
    if (this.#untilLatency > 0) return
    this.#untilLatency = this.#options.latencyEvery
    this.latencies.add(this.#clock.nowUs() - readSentUs(bytes, at))
  }
}
