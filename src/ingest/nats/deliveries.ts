import type { JsMsg } from '@nats-io/jetstream'
import type { Logger } from '../../logger.ts'
import { eventId } from '../event-id.ts'
import type { HandleEvent, IncomingEvent, Verdict } from '../ingest-source.ts'

const PUBLISHERS_ID = 'Nats-Msg-Id'
/** Signs of life in the time that the server waits for a verdict: one may get lost. */
const SIGNS_PER_WAIT = 3

/** The events that a server waits for a verdict on, from this node. */
export class Deliveries {
  readonly #handle: HandleEvent
  readonly #logger: Logger
  readonly #open = new Map<JsMsg, Promise<void>>()
  readonly #ticker: NodeJS.Timeout

  /** @param ackWaitMs how long the server waits */
  constructor (handle: HandleEvent, ackWaitMs: number, logger: Logger) {
    this.#handle = handle
    this.#logger = logger
    this.#ticker = setInterval(() => this.#showLife(), ackWaitMs / SIGNS_PER_WAIT)
  }

  /** Begins with an event at once; the verdict goes to the server when it is there. */
  take (message: JsMsg): void {
    this.#open.set(message, this.#settle(message))
  }

  /** Resolves when there is no event without a verdict. */
  async whenSettled (): Promise<void> {
    await Promise.all(this.#open.values())
  }

  close (): void {
    clearInterval(this.#ticker)
  }

  async #settle (message: JsMsg): Promise<void> {
    try {
      // Not before it stands among the open ones: it is taken out at the end, also of one that fails at once.
      await undefined
      tell(message, await this.#handle(toEvent(message)))
    } catch (error) {
      // Without a connection nobody can be told: the event comes again.
      this.#logger.debug({ err: error, subject: message.subject }, 'no verdict on an event')
    } finally {
      this.#open.delete(message)
    }
  }

  /** A slow relay is no reason to hand the event to another node. */
  #showLife (): void {
    try {
      for (const message of this.#open.keys()) message.working()
    } catch (error) {
      this.#logger.debug({ err: error }, 'no sign of life about events')
    }
  }
}

function tell (message: JsMsg, verdict: Verdict): void {
  switch (verdict.kind) {
    case 'done': return message.ack()
    case 'retry': return message.nak(verdict.afterMs)
    // Servers before 2.11 do not know a term with a reason.
    case 'dead': return message.term()
  }
}

/** A stream that was made anew counts from 1 again: the time tells its events from those before. */
function toEvent (message: JsMsg): IncomingEvent {
  const { subject, seq, info: { stream, deliveryCount }, headers, data } = message
  const position = `${stream}:${seq}:${message.timestampNanos.toString(36)}`
  return { subject, id: eventId(headers?.get(PUBLISHERS_ID), position), position, body: data, attempt: deliveryCount }
}
