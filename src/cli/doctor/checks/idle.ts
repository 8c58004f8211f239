import { setTimeout as sleep } from 'node:timers/promises'
import { closeCodes } from '../../../protocol/close-codes.ts'
import type { Check } from '../check.ts'
import { failed, ok, skipped, warning, type Finding } from '../finding.ts'
import { endText, type Ended, type Line } from '../line.ts'
import { formatTime } from '../token-facts.ts'

const LIFETIME = 'Silence was not the reason, as pings came: a proxy limits how long connections live, or was reloaded (nginx: worker_shutdown_timeout; HAProxy: ' +
  'hard-stop-after; CDN and gateways by their own rules). Clients come back and resume; at a limit of minutes that is a load.'

/** Does a silent connection stay, and do the pings that keep it alive get through? */
export const idle: Check = {
  name: 'idle',
  needs: 'greeting',
  async run (visit) {
    const { idleMs } = visit.options
    if (idleMs === undefined) return skipped('not asked for: --idle 70s')
    const { line, greeting: { pingIntervalMs } } = await visit.connect()
    const startedAt = performance.now()
    const ended = await Promise.race([line.ended, sleep(idleMs, undefined, { ref: false })])
    const silence: Silence = { silentMs: performance.now() - startedAt, pingIntervalMs, pings: line.pings }
    return ended === undefined ? await stillThere(line, silence) : gone(ended, silence)
  }
}

interface Silence {
  readonly silentMs: number
  readonly pingIntervalMs: number
  readonly pings: number
}

async function stillThere (line: Line, silence: Silence): Promise<Finding> {
  await line.request({ type: 'ping' })
  await line.close()
  const { silentMs, pingIntervalMs, pings } = silence
  const value = `open after ${formatTime(silentMs)}, ${pings} protocol ${pings === 1 ? 'ping' : 'pings'}`
  // The first one may come late.
  const isDue = silentMs > 2 * pingIntervalMs
  if (pings > 0 || !isDue) return ok(value, dataOf(silence))
  return warning(value, `The service sends one every ${formatTime(pingIntervalMs)}: a proxy keeps them to itself, or answers them. It has to pass control frames on, or dead connections are noticed late.`, dataOf(silence))
}

function gone (ended: Ended, silence: Silence): Finding {
  const value = `ended after ${formatTime(silence.silentMs)} of silence: ${endText(ended)}`
  if (ended.code === closeCodes.tokenExpired.code) return warning(value, 'The token ended before the time was over: use one that lives longer.', dataOf(silence))
  if (ended.code === closeCodes.restarting.code) return warning(value, 'The node was restarted in this time: try again.', dataOf(silence))
  if (silence.pings > 0) return failed(`${value}; ${silence.pings} pings came before`, LIFETIME, dataOf(silence))
  return failed(value, `The service pings every ${formatTime(silence.pingIntervalMs)}, and the idle time-out of a proxy is shorter: raise that (nginx: proxy_read_timeout and proxy_send_timeout, ` +
    '60 s by default; HAProxy: timeout tunnel; ALB: idle_timeout, 60 s by default), or lower WS_PING_PERIOD.', dataOf(silence))
}

function dataOf ({ silentMs, pings }: Silence): Readonly<Record<string, number>> {
  return { silent_ms: Math.round(silentMs), pings }
}
