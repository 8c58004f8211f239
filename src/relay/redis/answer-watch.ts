import { monotonicMs } from '../../clock.ts'
import { HubError } from '../../errors.ts'

interface Pending {
  readonly sentAtMs: number
  readonly connection: string
  readonly reject: (error: Error) => void
}

/** How often the oldest call is looked at, ms. */
const LOOK_MS = 50

/** Told which connection has not answered in time. */
export type OnSilent = (connection: string) => void

/**
 * Bounds how long calls to Redis may take. One timer looks at the oldest; when the event loop itself was late, the answer may lie in the
 * socket already, so it is looked at again after that has been read.
 */
export class AnswerWatch {
  readonly #limitMs: number
  readonly #onSilent: OnSilent
  readonly #pending = new Set<Pending>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor (limitMs: number, onSilent: OnSilent) {
    this.#limitMs = limitMs
    this.#onSilent = onSilent
  }

  /** Calls without an answer. */
  get pendingCount (): number {
    return this.#pending.size
  }

  /** The outcome of a call on a connection, or a rejection with `UNAVAILABLE` when it takes too long. */
  async within<T> (connection: string, call: Promise<T>): Promise<T> {
    if (this.#isClosed) {
      call.catch(() => {})
      throw unavailable('the relay is closed')
    }
    let entry: Pending | undefined
    const limit = new Promise<never>((_resolve, reject) => {
      entry = { sentAtMs: monotonicMs(), connection, reject }
      this.#pending.add(entry)
    })
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS)
    try {
      return await Promise.race([call, limit])
    } finally {
      if (entry !== undefined) this.#pending.delete(entry)
    }
  }

  /** Gives up on all calls: nobody waits for an answer any more. */
  close (): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    for (const { reject } of this.#pending) reject(unavailable('the relay is closed'))
    this.#pending.clear()
  }

  #look (): void {
    if (this.#pending.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    } else if (this.#overdue().length > 0) setImmediate(() => this.#giveUp())
  }

  #giveUp (): void {
    const overdue = this.#overdue()
    for (const connection of new Set(overdue.map((entry) => entry.connection))) this.#onSilent(connection)
    for (const { reject } of overdue) reject(unavailable('Redis did not answer in time'))
  }

  /** They are in the order of the calls: the first that is not overdue ends the search. */
  #overdue (): Pending[] {
    const before = monotonicMs() - this.#limitMs
    const overdue: Pending[] = []
    for (const entry of this.#pending) {
      if (entry.sentAtMs > before) break
      overdue.push(entry)
    }
    return overdue
  }
}

/** The refusal of everything that Redis would have to confirm. */
export function unavailable (why: string, cause?: unknown): HubError {
  return new HubError('UNAVAILABLE', why, { cause })
}
