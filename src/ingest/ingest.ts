import { toHubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import { entryOf } from '../protocol/error-codes.ts'
import type { PublishResult, RelayMessage } from '../relay/relay-message.ts'
import { pauseAfter, type BackOff } from '../back-off.ts'
import { noCounts, type IngestCounts } from './ingest-counts.ts'
import type { IncomingEvent, IngestSource, SourceStatus, Verdict } from './ingest-source.ts'
import { readEvent, type ReadingRules } from './read-event.ts'
import { Recent } from './recent.ts'
import { TurnBudget } from './turn-budget.ts'

/** What the ingest works with. */
export interface IngestParts extends ReadingRules {
  readonly source: IngestSource
  /** Rejects with a `HubError`; `UNAVAILABLE` where the same may succeed later. */
  readonly publish: (message: RelayMessage) => MaybePromise<PublishResult>
  /** True once this node takes leave of its clients. */
  readonly isLeaving: () => boolean
  readonly retry: BackOff
  readonly logger: Logger
}

/** How long an event waits until it is tried again, ms. */
export const defaultRetry: BackOff = { minMs: 1_000, maxMs: 30_000 }

/** An error that nobody expects may pass; after so many it will not. */
const MAX_FAILURES = 5
/** More than any source has without a verdict: an event may come again although its verdict was given, when the word of that was lost. */
const REMEMBERED = 2_048
/** A turn of the event loop reads so many bytes of events, a few milliseconds' worth: a catch-up with large ones must not hold up the sockets. */
const BYTES_PER_TURN = 128 * 1024
/** What the smallest event counts. */
const MIN_BYTES = 1_024
const DONE: Verdict = { kind: 'done' }

/** Publishes the events of another system to the clients that a map of subjects names. */
export class Ingest {
  readonly #parts: IngestParts
  readonly #counts = noCounts()
  /** Events with a final verdict, by position: the relay knows repetitions for a few minutes, an outage may be longer. */
  readonly #settled = new Recent<true>(REMEMBERED)
  readonly #turns = new TurnBudget(BYTES_PER_TURN)
  /** Unexpected errors, by position. */
  readonly #failures = new Recent<number>(REMEMBERED)

  constructor (parts: IngestParts) {
    this.#parts = parts
  }

  /** Begins; returns at once. */
  start (): void {
    this.#parts.source.start((event) => this.#handle(event))
  }

  /** Takes no more events and finishes those under way, within bounds. Never rejects; may be called again. */
  async stop (): Promise<void> {
    await this.#parts.source.stop()
  }

  counts (): IngestCounts {
    return { ...this.#counts }
  }

  status (): SourceStatus {
    return this.#parts.source.status()
  }

  async #handle (event: IncomingEvent): Promise<Verdict> {
    this.#counts.received += 1
    const turn = this.#turns.take(Math.max(MIN_BYTES, event.body.byteLength))
    if (turn !== undefined) await turn
    if (this.#parts.isLeaving()) return this.#giveBack(event)
    if (this.#settled.get(event.position) === true) return this.#settle(event, 'duplicates')
    const reading = readEvent(event, this.#parts)
    if (reading.kind === 'ignored') return this.#settle(event, 'ignored')
    if (reading.kind === 'unfit') return this.#bury(event, reading.reason)
    try {
      const { duplicate } = await this.#parts.publish(reading.message)
      return this.#settle(event, duplicate === true ? 'duplicates' : 'published')
    } catch (error) {
      return this.#failed(event, error)
    }
  }

  /** Clients of this node are being sent away: another node has them, or this one when it is back. What comes from now on is for that one. */
  #giveBack (event: IncomingEvent): Verdict {
    this.stop().catch(() => {})
    return this.#retry(event)
  }

  #settle ({ position }: IncomingEvent, as: 'published' | 'duplicates' | 'ignored'): Verdict {
    this.#counts[as] += 1
    this.#failures.delete(position)
    this.#settled.set(position, true)
    return DONE
  }

  /** What the relay cannot do now is tried for ever, what it refuses never again. */
  #failed (event: IncomingEvent, thrown: unknown): Verdict {
    const error = toHubError(thrown)
    if (error.code === 'UNAVAILABLE') return this.#retry(event)
    if (entryOf(error.code).severity === 'client') return this.#bury(event, error.message)
    const failures = (this.#failures.get(event.position) ?? 0) + 1
    this.#failures.set(event.position, failures)
    if (failures >= MAX_FAILURES) return this.#bury(event, error.message)
    this.#parts.logger.warn({ ...namesOf(event), err: error }, 'event not published, trying again')
    return this.#retry(event)
  }

  #retry ({ attempt }: IncomingEvent): Verdict {
    this.#counts.retried += 1
    return { kind: 'retry', afterMs: pauseAfter(attempt, this.#parts.retry) }
  }

  /** The body stays out of the log: it may be private. */
  #bury (event: IncomingEvent, reason: string): Verdict {
    this.#counts.dead_lettered += 1
    this.#failures.delete(event.position)
    this.#settled.set(event.position, true)
    this.#parts.logger.warn({ ...namesOf(event), reason }, 'event is a dead letter')
    return { kind: 'dead', reason }
  }
}

function namesOf ({ subject, id, position }: IncomingEvent) {
  return { subject, id, position }
}
