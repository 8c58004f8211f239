import type { Open, Order } from './wire.ts'

/** What a page has received. */
export interface Received {
  readonly received: number
  /** How many did not have the number after the one before. */
  readonly misplaced: number
  /** From the first message to the last. */
  readonly ms: number
}

/** Receives everything that was ordered, up to the highest number; whatever is missing or doubled shows in the result. */
export async function receive (open: Open, url: string, order: Order): Promise<Received> {
  const wire = await open(url)
  let received = 0
  let misplaced = 0
  let expected = 1
  let startedAt = 0
  const ended = new Promise<number>((resolve) => {
    wire.listen((seq) => {
      if (received === 0) startedAt = performance.now()
      received += 1
      if (seq !== expected) misplaced += 1
      expected = seq + 1
      if (seq >= order.messages) resolve(performance.now())
    })
  })
  await wire.start(order)
  const ms = await ended - startedAt
  wire.close()
  return { received, misplaced, ms }
}
