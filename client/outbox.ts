import type { Call } from './call.ts'
import { HubError, LostError, QueueFullError, RefusedError, TimeoutError, TooLargeError } from './errors.ts'
import type { Settings } from './options.ts'
import { Pace } from './pace.ts'
import type { Message, Refusal } from './protocol.ts'
import { WaitingLine } from './waiting-line.ts'

/** What an outbox needs of its hub. */
export interface OutboxWorld {
  readonly isOpen: () => boolean
  /** True when the room's messages come on this connection. */
  readonly isFollowed: (room: string) => boolean
  readonly send: (text: string) => void
}

/** Codes after which the outcome is open, or nothing has happened yet. */
const TRY_AGAIN = new Set(['UNAVAILABLE', 'RATE_LIMIT'])
const RETRY_MS = { least: 100, most: 500 }
const REFUSED_PAUSE_MS = 1_000
/** Bytes of a frame, until the service has told its own maximum. */
const DEFAULT_MAX_SIZE = 65_536

/** Everything said to the service until it is answered: waits for connections and rooms, is said again where that is safe. */
export class Outbox {
  /** Bytes that a frame may have. */
  maxSize = DEFAULT_MAX_SIZE
  readonly #limits: Settings['queue']
  readonly #answerTimeoutMs: number
  readonly #world: OutboxWorld
  readonly #pace = new Pace()
  /** In the order in which they were made, by id. */
  readonly #calls = new Map<string, Call>()
  readonly #waiting = new WaitingLine()
  #bytes = 0

  constructor ({ queue, answerTimeoutMs }: Pick<Settings, 'queue' | 'answerTimeoutMs'>, world: OutboxWorld) {
    this.#limits = queue
    this.#answerTimeoutMs = answerTimeoutMs
    this.#world = world
  }

  /** The request of an id that is not answered yet. */
  get (id: string): Call | undefined {
    return this.#calls.get(id)
  }

  /** Takes a request, which goes at once where it can; gives back the one to wait for. Throws where it cannot go at all. */
  add (call: Call): Call {
    this.#checkSize(call)
    const same = this.#calls.get(call.envelope.id)
    if (same?.text === call.text) return same
    if (same !== undefined) throw new HubError('INVALID_PAYLOAD', `the id ${call.envelope.id} is in use for another message`)
    const { messages, bytes } = this.#limits
    if (!call.rules.isUrgent && this.#calls.size >= messages) throw new QueueFullError(`${messages} messages wait`)
    if (!call.rules.isUrgent && this.#bytes + call.size > bytes) throw new QueueFullError(`${bytes} bytes wait`)
    this.#calls.set(call.envelope.id, call)
    this.#bytes += call.size
    this.#waiting.add(call)
    this.flush()
    if (call.rules.isVolatile === true && call.sentAt === undefined) this.#settle(call)?.resolve(undefined)
    return call
  }

  /** Sends what may go. One that waits holds back those behind it in its room. */
  flush (): void {
    if (!this.#world.isOpen()) return
    const now = Date.now()
    let room = this.#pace.room(this.#calls.size - this.#waiting.size)
    const blocked = new Set<string | undefined>()
    for (const call of this.#waiting) {
      if (room <= 0 && !this.#waiting.hasUrgent) return
      const { rules, envelope } = call
      const isFree = rules.isUrgent === true || (room > 0 && !blocked.has(envelope.room) && this.#isInReach(call))
      if (!isFree || call.dueAt > now) blocked.add(envelope.room)
      else if (this.#send(call, now)) room -= 1
    }
  }

  /** Takes the answer to a request; false if it answers none of these. */
  answered (frame: Message): boolean {
    const call = frame.id === undefined ? undefined : this.#calls.get(frame.id)
    if (call?.sentAt === undefined) return false
    if (frame.type !== 'error') {
      this.#pace.answered()
      this.#settle(call)?.resolve(frame)
    } else {
      this.#refused(call, frame.payload as Refusal)
    }
    this.flush()
    return true
  }

  /** The service asks to be spared for so long, ms. */
  slowDown (ms: number): void {
    this.#pace.slowDown(ms)
    this.#flushIn(ms)
  }

  /** Nobody will answer any more what was sent. */
  lost (): void {
    for (const call of this.#calls.values()) {
      if (call.sentAt === undefined) continue
      call.mayHaveArrived = true
      if (call.rules.isUrgent === true || call.rules.isVolatile === true) this.#settle(call)?.resolve(undefined)
      else if (!call.rules.repeats) this.#settle(call)?.reject(new LostError(call.envelope.type))
      else this.#recall(call)
    }
    this.#waiting.sort(this.#calls.values())
  }

  /** Gives up what has waited for too long; true when the service owes an answer that it would have given if it were there. */
  isOverdue (now: number): boolean {
    let isOverdue = false
    for (const call of this.#calls.values()) {
      const { rules, envelope: { type } } = call
      if (rules.isPrompt === true && call.sentAt !== undefined && now - call.sentAt > this.#answerTimeoutMs) isOverdue = true
      const { maxAgeMs } = this.#limits
      if (now - call.madeAt <= maxAgeMs) continue
      const mayHaveArrived = call.mayHaveArrived || call.sentAt !== undefined
      this.#settle(call)?.reject(new TimeoutError(type, maxAgeMs, mayHaveArrived))
    }
    return isOverdue
  }

  /** While nobody was there to answer, nothing was owed. */
  pardon (now: number): void {
    for (const call of this.#calls.values()) if (call.sentAt !== undefined) call.sentAt = now
  }

  /** Nobody waits for the answer any more. */
  abandon (call: Call, reason: unknown): void {
    this.#settle(call)?.reject(reason)
  }

  /** Gives up requests for good. */
  fail (error: unknown, which: (call: Call) => boolean = () => true): void {
    for (const call of this.#calls.values()) if (which(call)) this.#settle(call)?.reject(error)
  }

  #checkSize ({ size }: Call): void {
    if (size > this.maxSize) throw new TooLargeError(size, this.maxSize)
  }

  #isInReach ({ rules, envelope: { room } }: Call): boolean {
    return rules.needsRoom !== true || room === undefined || this.#world.isFollowed(room)
  }

  /** False when it turned out too large for this service. */
  #send (call: Call, now: number): boolean {
    try {
      this.#checkSize(call)
    } catch (error) {
      this.#settle(call)?.reject(error)
      return false
    }
    this.#waiting.delete(call)
    call.sentAt = now
    this.#world.send(call.text)
    return true
  }

  #refused (call: Call, { code, message, severity }: Refusal): void {
    const { rules } = call
    if (code === 'RATE_LIMIT') this.slowDown(REFUSED_PAUSE_MS)
    if (!TRY_AGAIN.has(code) || (!rules.repeats && rules.isUrgent !== true)) {
      this.#settle(call)?.reject(new RefusedError(code, message, severity))
    } else if (rules.isVolatile === true) {
      this.#settle(call)?.resolve(undefined)
    } else {
      const delayMs = RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least)
      call.mayHaveArrived ||= code === 'UNAVAILABLE'
      this.#recall(call, Date.now() + delayMs)
      this.#waiting.sort(this.#calls.values())
      this.#flushIn(delayMs)
    }
  }

  /** What was sent is to be sent again; the line has to be sorted then. */
  #recall (call: Call, dueAt = 0): void {
    call.sentAt = undefined
    call.dueAt = dueAt
    this.#waiting.add(call)
  }

  /** Takes a request out; undefined when it is out already. */
  #settle (call: Call): Call | undefined {
    if (!this.#calls.delete(call.envelope.id)) return undefined
    this.#bytes -= call.size
    this.#waiting.delete(call)
    return call
  }

  /** Pauses end by themselves; connections and rooms that are waited for come with a flush of their own. */
  #flushIn (ms: number): void {
    // A timer may be a moment early.
    setTimeout(() => this.flush(), Math.ceil(ms) + 1)
  }
}
