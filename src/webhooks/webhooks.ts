import { setTimeout as sleep } from 'node:timers/promises'
import { pauseAfter } from '../back-off.ts'
import type { Logger } from '../logger.ts'
import type { ChangeBatch, ChangeLog } from '../relay/change-log.ts'
import { post, type Outcome, type Receiver } from './post.ts'
import type { WebhookMessage } from './signature.ts'
import { Trouble } from './trouble.ts'
import { eventsOf, MOST_EVENTS, type WebhookEventType } from './webhook-event.ts'
import type { WebhookCounts, WebhookTimings } from './webhook-settings.ts'

/** What webhooks work with. */
export interface WebhookParts {
  readonly log: ChangeLog
  readonly receiver: Receiver
  /** Events that the receiver wants. */
  readonly events: ReadonlySet<WebhookEventType>
  /** Most events of one request. */
  readonly batchSize: number
  /** So often a request is made at most. */
  readonly attempts: number
  readonly timings: WebhookTimings
  readonly logger: Logger
}

/** A batch on its way. */
interface Delivery {
  readonly batch: ChangeBatch
  readonly message: WebhookMessage
  /** How many events it has. */
  readonly size: number
}

/** Tells a receiver over HTTP what is in the log of changes, one request after the other. What waits stays in the log, which is bounded. */
export class Webhooks {
  readonly #parts: WebhookParts
  readonly #trouble: Trouble
  readonly #counts = { sent: 0, failed: 0, retried: 0 }
  readonly #ending = new AbortController()
  /** Ends the request under way. */
  #request = new AbortController()
  #running: Promise<void> | undefined
  #stopped: Promise<void> | undefined
  #isOver = false

  constructor (parts: WebhookParts) {
    this.#parts = parts
    this.#trouble = new Trouble(parts.logger, parts.receiver.endpoint.host)
  }

  /** Begins; returns at once. */
  start (): void {
    this.#running ??= this.#run().catch((err: unknown) => this.#parts.logger.error({ err }, 'webhooks ended'))
  }

  /**
   * Sends what waits, each batch once more at most, and gives back to the other nodes what the receiver did not take; within bounds. Never
   * rejects; may be called again.
   */
  async stop (): Promise<void> {
    this.#stopped ??= this.#stop()
    await this.#stopped
  }

  counts (): WebhookCounts {
    return { ...this.#counts, dropped: this.#parts.log.dropped }
  }

  async #stop (): Promise<void> {
    const { lastAttemptMs } = this.#parts.timings
    this.#ending.abort()
    const timer = setTimeout(() => {
      this.#isOver = true
      this.#request.abort()
    }, lastAttemptMs)
    await this.#running
    clearTimeout(timer)
  }

  async #run (): Promise<void> {
    while (!this.#isOver) {
      const isLastLook = this.#isEnding
      const batch = await this.#take()
      if (batch === undefined && isLastLook) return
      if (batch === undefined) await this.#pause(this.#parts.timings.pollMs)
      else if (!await this.#deliver(batch) && this.#isEnding) return
    }
  }

  get #isEnding (): boolean {
    return this.#ending.signal.aborted
  }

  async #take (): Promise<ChangeBatch | undefined> {
    const { log, batchSize, logger } = this.#parts
    try {
      return await log.take(Math.ceil(batchSize / MOST_EVENTS), this.#claimMs)
    } catch (err) {
      logger.debug({ err }, 'webhooks: changes cannot be read now')
      return undefined
    } finally {
      this.#trouble.dropped(log.dropped)
    }
  }

  /** Long enough for one attempt. */
  get #claimMs (): number {
    const { answerLimitMs, claimMarginMs } = this.#parts.timings
    return answerLimitMs + claimMarginMs
  }

  /** False where somebody else has to go on with it. */
  async #deliver (batch: ChangeBatch): Promise<boolean> {
    const events = eventsOf(batch, this.#parts.events)
    const delivery = { batch, size: events.length, message: { id: batch.id, body: JSON.stringify({ events }) } }
    if (events.length > 0 && !await this.#tryUntilDecided(delivery)) return false
    await this.#finish(batch)
    return true
  }

  async #tryUntilDecided (delivery: Delivery): Promise<boolean> {
    const { attempts } = this.#parts
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(delivery.message)
      if (outcome.kind === 'accepted') return this.#accepted(delivery)
      // What was cut short at the end says nothing about the receiver.
      if (outcome.kind === 'refused' || (attempt >= attempts && !this.#isOver)) return this.#givenUp(delivery, outcome.reason)
      const pauseMs = this.#pauseAfter(attempt, outcome)
      if (this.#isEnding) {
        await this.#hold(delivery.batch, pauseMs)
        return false
      }
      this.#trouble.failed(outcome.reason, pauseMs)
      if (!await this.#hold(delivery.batch, pauseMs + this.#claimMs)) return false
      await this.#pause(pauseMs)
      this.#counts.retried += delivery.size
    }
  }

  async #attempt (message: WebhookMessage): Promise<Outcome> {
    const { receiver, timings } = this.#parts
    const request = this.#request = new AbortController()
    if (this.#isOver) request.abort()
    const timer = setTimeout(() => request.abort(), timings.answerLimitMs)
    const outcome = await post(message, receiver, request.signal)
    clearTimeout(timer)
    return outcome
  }

  #accepted ({ size }: Delivery): true {
    this.#counts.sent += size
    this.#trouble.over()
    return true
  }

  #givenUp ({ message: { id }, size }: Delivery, reason: string): true {
    this.#counts.failed += size
    this.#parts.logger.warn({ webhook_id: id, events: size, reason }, 'webhook given up')
    return true
  }

  #pauseAfter (attempt: number, { afterMs }: { readonly afterMs?: number | undefined }): number {
    const { retry, maxPauseMs } = this.#parts.timings
    return afterMs === undefined ? Math.ceil(Math.random() * pauseAfter(attempt, retry)) : Math.min(afterMs, maxPauseMs)
  }

  /** True also where it is not known: better twice than not at all. */
  async #hold (batch: ChangeBatch, claimMs: number): Promise<boolean> {
    try {
      return await this.#parts.log.hold(batch, claimMs)
    } catch {
      return true
    }
  }

  /** What is not known to be done is sent again when its claim is over: until then it is tried. */
  async #finish (batch: ChangeBatch): Promise<void> {
    const { log, logger, timings } = this.#parts
    for (let tries = Math.ceil(timings.claimMarginMs / timings.pollMs); tries > 0; tries -= 1) {
      try {
        return await log.finish(batch)
      } catch (err) {
        logger.debug({ err, webhook_id: batch.id }, 'webhooks: a batch is not known to be done yet')
        if (this.#isEnding) return
        await this.#pause(timings.pollMs)
      }
    }
  }

  /** Ends early when this node does. */
  async #pause (ms: number): Promise<void> {
    await sleep(ms, undefined, { ref: false, signal: this.#ending.signal }).catch(() => {})
  }
}
