import { setTimeout as pause } from 'node:timers/promises'
import type { OrderChange, Outbox } from './orders.ts'
import type { Notification, Outcome, Publisher } from './publisher.ts'

/** What a worker works with. */
export interface WorkerOptions {
  readonly outbox: Outbox
  readonly publisher: Publisher
  readonly onOutcome: (change: OrderChange, outcome: Outcome) => void
  /** Ends it, once nothing is left to do. */
  readonly signal: AbortSignal
}

/** The service takes up to 1,000 at a time. */
const BATCH = 100
const IDLE_MS = 20

/**
 * Tells the customers. A change is done only after it has been published: a worker that dies in between finds it again when it is
 * started anew, and publishes it again, under the same id; the service knows it and delivers nothing twice.
 */
export async function runWorker ({ outbox, publisher, onOutcome, signal }: WorkerOptions): Promise<void> {
  for (;;) {
    const changes = outbox.read(BATCH)
    if (changes.length === 0 && signal.aborted) return
    if (changes.length === 0) {
      await pause(IDLE_MS)
      continue
    }
    const outcomes = await publisher.publish(changes.map(toNotification))
    changes.forEach((change, index) => {
      const outcome = outcomes[index]
      if (outcome === undefined) return
      onOutcome(change, outcome)
      outbox.done(change.id)
    })
  }
}

/** Of the change alone, with no time of sending in it: the same id with other content would be refused. */
function toNotification ({ id, orderId, customerId, state }: OrderChange): Notification {
  return { id, type: 'order.changed', payload: { order_id: orderId, state }, target: { users: [customerId] } }
}
