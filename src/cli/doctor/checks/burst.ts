import type { Check } from '../check.ts'
import { failed, ok } from '../finding.ts'
import { delivery, pairOf, publish } from '../rooms.ts'
import { formatSpread, spreadData, spreadOf } from '../spread.ts'

const COUNT = 20

/** Do many messages at once arrive all, once and in order? */
export const burst: Check = {
  name: 'burst',
  needs: 'greeting',
  async run (visit) {
    const { room, from, to } = await pairOf(visit)
    const startedAt = performance.now()
    const confirmed = Promise.all(Array.from({ length: COUNT }, async (_, index) => { await publish(from, room, { mark: 'burst', index }) }))
    // Read one by one below: a refusal is to be told at once all the same.
    const refused = confirmed.then(() => new Promise<never>(() => {}))
    const received: unknown[] = []
    const tookMs: number[] = []
    while (received.length < COUNT) {
      const { payload, at } = await Promise.race([delivery(to, room, 'burst'), refused])
      received.push(payload['index'])
      tookMs.push(at - startedAt)
    }
    await confirmed
    const spread = spreadOf(tookMs)
    const value = `${COUNT} messages at once: ${formatSpread(spread)}`
    if (received.every((value, index) => value === index)) return ok(value, spreadData(spread))
    return failed(`out of order: ${received.join(' ')}`, 'Frames of one connection overtake each other: what stands in between is no proxy of WebSockets but takes them apart.', spreadData(spread))
  }
}
