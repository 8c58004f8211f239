import { monotonicMs } from '../clock.ts'
import { HubError } from '../errors.ts'
import { isPromise, type MaybePromise } from '../maybe-promise.ts'
import { closeCodes } from '../protocol/close-codes.ts'
import type { RawRequest } from '../protocol/dialect.ts'
import type { Connection } from './connection.ts'
import type { Entrance } from './connection-parts.ts'
import type { RateGate } from './rate-gate.ts'
import { WindowCounter } from './window-counter.ts'

/** What the inbox hands requests to. Answers the client itself and never throws. */
export interface Requests {
  /** True for a type whose requests need not wait for each other's answers: they take effect in the order in which they were begun. */
  mayOverlap (type: string): boolean
  /** Has a request carried out. */
  dispatch (connection: Connection, request: RawRequest): MaybePromise<void>
  /** Tells client and log why a frame was refused; the request is left out when it could not be read. */
  refuse (connection: Connection, error: unknown, request?: RawRequest): HubError
}

/** Limits of what one connection may send. */
export interface InboxLimits {
  /** Larger frames are refused unread. */
  readonly maxMessageSizeBytes: number
  /** `close` ends the connection at the first bad frame. */
  readonly invalidJson: 'error' | 'close'
  /** So many bad frames within the window are forgiven. */
  readonly invalidJsonBudget: number
  readonly badFrameWindowMs: number
}

interface Arrival {
  readonly data: Buffer
  readonly admitted: boolean
  /** Once it has been read. */
  request?: RawRequest | undefined
}

/** While one request takes its time, so many more may wait before reading from the socket stops. */
const MAX_WAITING = 64
/** So many requests that need not wait for each other may be under way. */
const MAX_OVERLAPPING = 64

/** The way in: takes the frames of one connection and has them handled one after the other, in the order sent. */
export class Inbox implements Entrance {
  readonly #connection: Connection
  readonly #gate: RateGate
  readonly #limits: InboxLimits
  readonly #requests: Requests
  #badFrames: WindowCounter | undefined
  readonly #waiting: Arrival[] = []
  /** Something is under way that everything else has to wait for. */
  #busy = false
  #overlapping = 0
  /** Set once nothing more is taken in. */
  #onFinished: (() => void) | undefined

  constructor (connection: Connection, gate: RateGate, limits: InboxLimits, requests: Requests) {
    this.#connection = connection
    this.#gate = gate
    this.#limits = limits
    this.#requests = requests
    connection.inbox = this
  }

  /** Takes one data frame. */
  receive (data: Buffer, isBinary: boolean): void {
    if (!this.#connection.isOpen || this.#onFinished !== undefined) return
    if (isBinary && this.#connection.dialect.wire === 'text') return this.#connection.close(closeCodes.binaryNotWanted)
    const arrival: Arrival = { data, admitted: this.#gate.admit() }
    if (this.#waiting.length === 0 && this.#mayStart(arrival)) return this.#start(arrival)
    this.#waiting.push(arrival)
    if (this.#waiting.length === MAX_WAITING) this.#connection.setReading(false)
  }

  /** Lets the frames that come wait until something is done that cannot fail. */
  waitFor (done: Promise<unknown>): void {
    this.#busy = true
    done.finally(() => {
      this.#busy = false
      this.#next()
    })
  }

  /** Takes nothing more in: what comes from now on is dropped unread. Done once all that came before has been answered. */
  finish (): MaybePromise<void> {
    this.#onFinished ??= () => {}
    if (this.#isIdle) return
    return new Promise((resolve) => { this.#onFinished = resolve })
  }

  get #isIdle (): boolean {
    return !this.#busy && this.#overlapping === 0 && this.#waiting.length === 0
  }

  #mayStart (arrival: Arrival): boolean {
    if (this.#busy) return false
    return this.#overlapping === 0 || (this.#overlapping < MAX_OVERLAPPING && this.#mayOverlap(arrival))
  }

  #mayOverlap (arrival: Arrival): boolean {
    arrival.request ??= this.#peek(arrival.data)
    return arrival.request !== undefined && this.#requests.mayOverlap(arrival.request.type)
  }

  #start (arrival: Arrival): void {
    this.#connection.endIfExpired()
    if (this.#connection.hasEnded) return
    const outcome = this.#handle(arrival)
    if (!isPromise(outcome)) return
    // It cannot fail: a dispatcher answers instead of throwing.
    if (!this.#mayOverlap(arrival)) return this.waitFor(outcome)
    this.#overlapping += 1
    outcome.finally(() => {
      this.#overlapping -= 1
      this.#next()
    })
  }

  #next (): void {
    // What came before the peer's close frame still counts.
    while (!this.#connection.hasEnded) {
      const [next] = this.#waiting
      if (next === undefined || !this.#mayStart(next)) break
      this.#waiting.shift()
      if (this.#waiting.length === MAX_WAITING - 1) this.#connection.setReading(true)
      this.#start(next)
    }
    if (this.#isIdle || this.#connection.hasEnded) this.#onFinished?.()
  }

  #handle (arrival: Arrival): MaybePromise<void> {
    const { data, admitted } = arrival
    if (!admitted) return this.#refuse(this.#gate.error(), arrival.request ?? this.#peek(data))
    if (data.length > this.#limits.maxMessageSizeBytes) return this.#refuseTooLarge(data.length)
    const request = arrival.request ??= this.#decode(data)
    if (request === undefined) return
    if (request.flaw !== undefined) return this.#refuse(request.flaw, request)
    return this.#requests.dispatch(this.#connection, request)
  }

  #decode (data: Buffer): RawRequest | undefined {
    try {
      return this.#read(data)
    } catch (error) {
      this.#refuse(error)
    }
  }

  /** The request of a frame that is refused whatever it says: only its id is wanted. */
  #peek (data: Buffer): RawRequest | undefined {
    if (data.length > this.#limits.maxMessageSizeBytes) return undefined
    try {
      return this.#read(data)
    } catch {
      return undefined
    }
  }

  #read (data: Buffer): RawRequest {
    const { dialect } = this.#connection
    return dialect.wire === 'text' ? dialect.decode(data.toString()) : dialect.decode(data)
  }

  #refuse (error: unknown, request?: RawRequest): void {
    const { code } = this.#requests.refuse(this.#connection, error, request)
    if (code === 'INVALID_FORMAT') this.#countBadFrame()
  }

  #countBadFrame (): void {
    const isStrict = this.#limits.invalidJson === 'close' || this.#connection.dialect.habits.endsOnBadFrame === true
    const budget = isStrict ? 0 : this.#limits.invalidJsonBudget
    this.#badFrames ??= new WindowCounter(this.#limits.badFrameWindowMs)
    if (this.#badFrames.add(monotonicMs()) > budget) this.#connection.close(closeCodes.invalidJson)
  }

  #refuseTooLarge (bytes: number): void {
    const limit = this.#limits.maxMessageSizeBytes
    this.#refuse(new HubError('MESSAGE_TOO_LARGE', `the frame has ${bytes} bytes, at most ${limit} are allowed`))
  }
}
