import { CannotCheck, type Check } from '../check.ts'
import { ok, warning } from '../finding.ts'
import { formatTime } from '../token-facts.ts'

/** Tokens and timestamps of messages suffer from more, ms. */
const MAX_DIFFERENCE_MS = 2_000

/** Do the clocks of the service and of this machine agree? */
export const clock: Check = {
  name: 'clock',
  needs: 'greeting',
  async run ({ clockSample }) {
    if (clockSample === undefined) throw new CannotCheck('no answer carried a time')
    const { differenceMs } = clockSample
    const data = { difference_ms: Math.round(differenceMs) }
    const size = Math.abs(differenceMs)
    if (size <= MAX_DIFFERENCE_MS) return ok(`${Math.round(size)} ms apart`, data)
    const side = differenceMs > 0 ? 'ahead of' : 'behind'
    return warning(`the service is ${formatTime(size)} ${side} this machine`, 'One of the clocks is wrong: tokens end too early or too late, and messages show wrong times. Run NTP (chrony, systemd-timesyncd) on both.', data)
  }
}
