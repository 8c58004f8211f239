import { closeCodes } from '../protocol/close-codes.ts'
import type { Connection } from './connection.ts'
import type { Hub } from './hub.ts'

/** Connections whose tokens end at the same moment. */
interface Cohort {
  readonly connections: Set<Connection>
  /** True once they have been told: whoever comes later is told by itself. */
  isTold: boolean
}

/** However far the next moment is, the wall clock is looked at as often, ms: somebody may set it. Also keeps clear of Node's longest timer. */
const LONGEST_SLEEP_MS = 60_000
/** The last moment that a `Date` can hold, ms since 1970. */
const LAST_DATE_MS = 8_640_000_000_000_000

/**
 * Tells connections that their tokens are about to end, and closes them with 1008 when they do. Tokens end on whole seconds, so that an hour's
 * worth of them are 3,600 cohorts at most: one timer waits for the nearest moment of all, and a connection costs a place in a set.
 */
export class Expiry {
  readonly #noticeMs: number
  /** By the end of their tokens, ms since 1970. */
  readonly #cohorts = new Map<number, Cohort>()
  /** The nearest notice or end; none while there is nobody to watch. */
  #nextMs = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /** A client is told so long before the end, ms. */
  constructor (hub: Hub, noticeMs: number) {
    this.#noticeMs = noticeMs
    hub.endExpired = () => this.check()
  }

  /**
   * Follows the token of a connection from here on; one without an end needs no watching. True when the time of its notice is there
   * already: the caller sends it by {@link tell}, behind what has to come first.
   */
  watch (connection: Connection): boolean {
    const { identity: { expiresAtMs }, hasEnded } = connection
    if (expiresAtMs === undefined || hasEnded) return false
    this.check()
    const cohort = this.#cohortOf(expiresAtMs)
    cohort.connections.add(connection)
    const nextMs = this.#momentOf(expiresAtMs, cohort)
    if (nextMs < this.#nextMs) this.#sleepUntil(nextMs)
    this.check()
    return cohort.isTold && connection.isOpen
  }

  /** Forgets a connection; harmless for one that is not watched. */
  unwatch (connection: Connection): void {
    const { expiresAtMs = 0 } = connection.identity
    const cohort = this.#cohorts.get(expiresAtMs)
    cohort?.connections.delete(connection)
    if (cohort?.connections.size === 0) this.#cohorts.delete(expiresAtMs)
  }

  /** Tells one connection when its token ends. */
  tell (connection: Connection): void {
    const { expiresAtMs } = connection.identity
    if (expiresAtMs !== undefined) connection.send('token_expiring', { expires_at: endText(expiresAtMs) })
  }

  /** Does what is due by the wall clock; costs a comparison where that is nothing. */
  check (): void {
    const now = Date.now()
    if (now < this.#nextMs) return
    const due: Array<readonly [number, Cohort]> = []
    let nextMs = Number.POSITIVE_INFINITY
    for (const [endMs, cohort] of this.#cohorts) {
      if (this.#momentOf(endMs, cohort) <= now) {
        due.push([endMs, cohort])
        cohort.isTold = true
      }
      if (endMs <= now) this.#cohorts.delete(endMs)
      else nextMs = Math.min(nextMs, this.#momentOf(endMs, cohort))
    }
    // All is noted before anything is done: what a close leads to may ask again.
    this.#sleepUntil(nextMs)
    for (const [endMs, { connections }] of due) this.#act(connections, endMs <= now)
  }

  #act (connections: Iterable<Connection>, isOver: boolean): void {
    for (const connection of connections) {
      if (isOver) connection.close(closeCodes.tokenExpired)
      else this.tell(connection)
    }
  }

  /** One that begins within the time of the notice has nobody yet to be told together. */
  #cohortOf (endMs: number): Cohort {
    const cohort = this.#cohorts.get(endMs) ?? { connections: new Set(), isTold: endMs - this.#noticeMs <= Date.now() }
    this.#cohorts.set(endMs, cohort)
    return cohort
  }

  #momentOf (endMs: number, { isTold }: Cohort): number {
    return isTold ? endMs : endMs - this.#noticeMs
  }

  #sleepUntil (momentMs: number): void {
    clearTimeout(this.#timer)
    this.#nextMs = momentMs
    if (momentMs === Number.POSITIVE_INFINITY) return
    const sleepMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, momentMs - Date.now()))
    this.#timer = setTimeout(() => this.#wake(), Math.ceil(sleepMs))
    this.#timer.unref()
  }

  /** The clock may have been set back, or the sleep was only a part of the way. */
  #wake (): void {
    this.check()
    this.#sleepUntil(this.#nextMs)
  }
}

/** The end of a token as clients are told of it: RFC 3339 UTC with milliseconds. A token may name an end that no calendar has. */
export function endText (expiresAtMs: number): string {
  return new Date(Math.min(expiresAtMs, LAST_DATE_MS)).toISOString()
}
