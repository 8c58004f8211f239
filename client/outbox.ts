import type { Call } from './call.ts'
import type { Frame } from './codec.ts'
import { HubError, LostError, RefusedError, TimeoutError, TooLargeError } from './errors.ts'
import type { Settings } from './options.ts'
import { Pace } from './pace.ts'
import type { Message, Refusal } from './protocol.ts'
import { QueueBounds } from './queue-bounds.ts'
import { afterRefusal, retryDelay } from './refusal.ts'
import { WaitingLine } from './waiting-line.ts'

/** What an outbox needs of its hub. */
export interface OutboxWorld {
  readonly isOpen: () => boolean
  /** True when the room's messages come on this connection. */
  readonly isFollowed: (room: string) => boolean
  /** True while the service is asked what was missed in the room. */
  readonly isReturning: (room: string) => boolean
  readonly send: (frame: Frame) => void
}

const REFUSED_PAUSE_MS = 1_000
/** Bytes of a frame, until the service has told its own maximum. */
const DEFAULT_MAX_SIZE = 65_536

/** Everything said to the service until it is answered: waits for connections and rooms, is said again where that is safe. */
export class Outbox {
  /** Bytes that a frame may have. */
  maxSize = DEFAULT_MAX_SIZE
  readonly #bounds: QueueBounds
  readonly #maxAgeMs: number
  readonly #answerTimeoutMs: number
  readonly #world: OutboxWorld
  readonly #pace = new Pace()
  /** In the order in which they were made, by id. */
  readonly #calls = new Map<string, Call>()
  readonly #waiting = new WaitingLine()

  constructor ({ queue, answerTimeoutMs }: Pick<Settings, 'queue' | 'answerTimeoutMs'>, world: OutboxWorld) {
    this.#bounds = new QueueBounds(queue)
    this.#maxAgeMs = queue.maxAgeMs
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
    if (same !== undefined && String(same.frame) === String(call.frame)) return same
    if (same !== undefined) throw new HubError('INVALID_PAYLOAD', `the id ${call.envelope.id} is in use for another message`)
    this.#bounds.add(call)
    this.#calls.set(call.envelope.id, call)
    this.#waiting.add(call)
    this.flush()
    if (call.rules.isVolatile === true && call.sentAt === undefined) this.#settle(call)?.resolve(undefined)
    return call
  }

  /** Sends what may go. One that waits holds back those behind it in its room. */
  flush (): void {
    if (!this.#world.isOpen()) return
    const now = Date.now()
    for (const call of this.#waiting.urgent()) if (call.dueAt <= now) this.#send(call, now)
    let room = this.#pace.room(this.#calls.size - this.#waiting.size)
    const blocked = new Set<string | undefined>()
    for (const call of this.#waiting.others()) {
      if (room <= 0) return
      const { envelope } = call
      if (blocked.has(envelope.room) || !this.#isInReach(call) || call.dueAt > now) blocked.add(envelope.room)
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
      const { rules } = call
      if (rules.isPrompt === true && call.sentAt !== undefined && now - call.sentAt > this.#answerTimeoutMs) isOverdue = true
      this.#endIfOld(call, now)
    }
    return isOverdue
  }

  /** While nobody was there to answer, nothing was owed. */
  pardon (now: number): void {
    for (const call of this.#calls.values()) if (call.sentAt !== undefined) call.sentAt = now
  }

  /** The connection is another user's now: what was said as the former one may be there, and cannot be asked about any more. */
  userChanged (): void {
    for (const call of this.#calls.values()) {
      if (call.mayHaveArrived && call.rules.isByUser === true) this.#settle(call)?.reject(new LostError(call.envelope.type))
    }
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
    if (room === undefined) return true
    return (rules.needsRoom !== true || this.#world.isFollowed(room)) && (rules.needsReturn !== true || !this.#world.isReturning(room))
  }

  /** True for one that has waited for too long, which is given up. */
  #endIfOld (call: Call, now: number): boolean {
    const maxAgeMs = this.#maxAgeMs
    if (now - call.madeAt <= maxAgeMs) return false
    const mayHaveArrived = call.mayHaveArrived || call.sentAt !== undefined
    this.#settle(call)?.reject(new TimeoutError(call.envelope.type, maxAgeMs, mayHaveArrived))
    return true
  }

  /** False when it turned out too old, or too large for this service. */
  #send (call: Call, now: number): boolean {
    if (this.#endIfOld(call, now)) return false
    try {
      this.#checkSize(call)
    } catch (error) {
      this.#settle(call)?.reject(error)
      return false
    }
    this.#waiting.delete(call)
    call.sentAt = now
    this.#world.send(call.frame)
    return true
  }

  #refused (call: Call, { code, message, severity }: Refusal): void {
    if (code === 'RATE_LIMIT') this.slowDown(REFUSED_PAUSE_MS)
    const outcome = afterRefusal(call, code)
    if (outcome === 'silence') this.#settle(call)?.resolve(undefined)
    if (outcome === 'answer') this.#settle(call)?.reject(new RefusedError(code, message, severity))
    if (outcome !== 'again') return
    const delayMs = retryDelay()
    call.mayHaveArrived ||= code === 'UNAVAILABLE'
    this.#recall(call, Date.now() + delayMs)
    this.#waiting.sort(this.#calls.values())
    this.#flushIn(delayMs)
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
    this.#bounds.remove(call)
    this.#waiting.delete(call)
    return call
  }

  /** Pauses end by themselves; connections and rooms that are waited for come with a flush of their own. */
  #flushIn (ms: number): void {
    // A timer may be a moment early.
    setTimeout(() => this.flush(), Math.ceil(ms) + 1)
  }
}
