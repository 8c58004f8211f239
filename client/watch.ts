import { whenWoken } from './environment.ts'
import type { Settings } from './options.ts'

/** What a watch looks after. */
export interface Watched {
  /** Looks at deadlines; true when the service owes an answer. */
  readonly isOverdue: (now: number) => boolean
  /** Sleep, a stalled page: what was owed meanwhile may wait to be read. */
  readonly pardon: (now: number) => void
  /** Asks the service whether it is there. */
  readonly ping: () => void
  /** Leaves the connection. */
  readonly cut: (reason: string) => void
  /** Connects now instead of later. */
  readonly hurry: () => void
}

/** Somebody looks at the page again: an answer should come sooner than usual, ms. */
const PROBE_MS = 5_000
/** A timer that is so late has slept, ms; pages in the background get one a minute. */
const SLEPT_MS = 5_000

/** Looks whether the service is still there: after silence, after sleep, when a page is looked at again. */
export class Watch {
  readonly #settings: Pick<Settings, 'idleMs' | 'tickMs' | 'answerTimeoutMs'>
  readonly #watched: Watched
  readonly #forget: () => void
  readonly #timer: ReturnType<typeof setInterval>
  #tickedAt = Date.now()
  #heardAt = 0
  /** When an answer is due at the latest; Infinity while nothing was asked. */
  #dueAt = Infinity
  #isOpen = false
  /** Asked once before a sleep, and nothing heard since. */
  #isDoubted = false

  constructor (settings: Pick<Settings, 'idleMs' | 'tickMs' | 'answerTimeoutMs'>, watched: Watched) {
    this.#settings = settings
    this.#watched = watched
    this.#timer = setInterval(() => this.#tick(), settings.tickMs)
    this.#forget = whenWoken(() => this.#wake(), () => this.#probe(PROBE_MS))
  }

  opened (): void {
    this.#isOpen = true
    this.heard()
  }

  lost (): void {
    this.#isOpen = false
  }

  /** A frame came. */
  heard (): void {
    this.#heardAt = Date.now()
    this.#dueAt = Infinity
    this.#isDoubted = false
  }

  stop (): void {
    clearInterval(this.#timer)
    this.#forget()
  }

  #tick (): void {
    const now = Date.now()
    const hasSlept = now - this.#tickedAt > this.#settings.tickMs + SLEPT_MS || now < this.#tickedAt
    this.#tickedAt = now
    if (hasSlept && (this.#dueAt === Infinity || !this.#isDoubted)) return this.#awake()
    const isOverdue = this.#watched.isOverdue(now)
    if (!this.#isOpen) return
    if (isOverdue || now > this.#dueAt) this.#watched.cut('no answer in time')
    else if (this.#dueAt === Infinity && now - this.#heardAt > this.#settings.idleMs) this.#probe(this.#settings.answerTimeoutMs)
  }

  /** The answer to what was asked before the sleep may be among what is read next: nothing is concluded before the next look. */
  #awake (): void {
    this.#isDoubted = this.#dueAt < Infinity
    this.#wake()
  }

  #wake (): void {
    this.#watched.pardon(Date.now())
    this.#dueAt = Infinity
    this.#watched.hurry()
    this.#probe(PROBE_MS)
  }

  #probe (withinMs: number): void {
    if (!this.#isOpen) return
    this.#dueAt = Math.min(this.#dueAt, Date.now() + withinMs)
    this.#watched.ping()
  }
}
