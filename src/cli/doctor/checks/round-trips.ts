import type { Check } from '../check.ts'
import { ok, warning } from '../finding.ts'
import { formatSpread, spreadData, spreadOf } from '../spread.ts'

const COUNT = 20
/** Conversation feels late above this, ms. */
const SLOW_MS = 500

/** How long is the way there and back? */
export const roundTrips: Check = {
  name: 'round trips',
  needs: 'greeting',
  async run (visit) {
    const line = await visit.line()
    const tookMs: number[] = []
    for (let sent = 0; sent < COUNT; sent += 1) {
      const startedAt = performance.now()
      const { at, timestamp } = await line.request({ type: 'ping' })
      tookMs.push(at - startedAt)
      visit.addClockSample(timestamp, at - startedAt)
    }
    const spread = spreadOf(tookMs)
    const value = `${COUNT} pings: ${formatSpread(spread)}`
    if (spread.median <= SLOW_MS) return ok(value, spreadData(spread))
    return warning(value, 'A long way, a full line, or a node that is too busy: compare with a run on the machine of the service, and see connect.', spreadData(spread))
  }
}
