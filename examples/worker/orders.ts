import { setTimeout as pause } from 'node:timers/promises'

/** Something that happened to an order, and that its customer wants to know. */
export interface OrderChange {
  /** Never given twice. */
  readonly id: string
  readonly orderId: string
  readonly customerId: string
  readonly state: string
}

const STATES = ['paid', 'packed', 'shipped', 'delivered']

/** Changes that nobody has been told of yet. In a real application a table, written in the same transaction as the orders. */
export class Outbox {
  readonly #changes = new Map<string, OrderChange>()

  add (change: OrderChange): void {
    this.#changes.set(change.id, change)
  }

  /** The oldest ones; they stay until they are done. */
  read (limit: number): OrderChange[] {
    return [...this.#changes.values()].slice(0, limit)
  }

  done (id: string): void {
    this.#changes.delete(id)
  }
}

/** The shop: an order for each customer after the other, and what becomes of it. Resolves when so many things have happened. */
export async function runShop (outbox: Outbox, customerIds: readonly string[], { count, everyMs }: { readonly count: number, readonly everyMs: number }): Promise<void> {
  // Numbers of its own for each run, as those of real orders never come again.
  const run = Date.now().toString(36)
  for (let index = 0; index < count; index += 1) {
    await pause(everyMs)
    const orderNumber = Math.floor(index / STATES.length)
    const state = STATES[index % STATES.length] ?? ''
    const orderId = `${run}-${orderNumber + 1}`
    outbox.add({ id: `${orderId}-${state}`, orderId, state, customerId: customerIds[orderNumber % customerIds.length] ?? '' })
  }
}
