import type { Check } from '../check.ts'
import type { Dialed } from '../dial.ts'
import { explainDialed, type Explanation } from '../explain.ts'
import { failed, ok, skipped, warning, type Finding } from '../finding.ts'
import { formatMs, rounded } from '../spread.ts'
import type { Visit } from '../visit.ts'
import type { Way } from '../ways.ts'

type Open = Extract<Dialed, { kind: 'open' }>

/** Is there a connection? By subprotocol first, the only way that a browser has; where that fails, others show what is in between. */
export const upgrade: Check = {
  name: 'upgrade',
  needs: 'address',
  async run (visit) {
    if (visit.options.token === undefined) return visit.hasGuests ? await enter('guest', visit) : skipped('needs a token')
    return await enter('subprotocol', visit)
  }
}

async function enter (way: Way, visit: Visit): Promise<Finding> {
  const dialed = await visit.dial(way)
  if (dialed.kind === 'open') return keep(dialed, way, visit)
  const other = way === 'subprotocol' && mayBeTheList(dialed) ? await tryOthers(visit) : undefined
  if (other === undefined) return failure(explainDialed(dialed, visit))
  return otherWay(other, dialed, visit)
}

/** It may still be closed at once, with a code: the first frame tells. */
function keep (open: Open, way: Way, visit: Visit): Finding {
  visit.way = way
  visit.first = open
  return ok(`101 by ${way} in ${formatMs(open.tookMs)}`, { upgrade_ms: rounded(open.tookMs) })
}

/** True when the list of subprotocols, or that it got lost, can be the reason. */
function mayBeTheList (dialed: Exclude<Dialed, Open>): boolean {
  if (dialed.kind === 'broken') return /subprotocol/i.test(dialed.text)
  return dialed.answer.status === 400 || dialed.answer.status === 401
}

async function tryOthers (visit: Visit): Promise<Way | undefined> {
  for (const way of ['header beside a subprotocol', 'header', 'query'] as const) {
    const dialed = await visit.dial(way)
    if (dialed.kind !== 'open') continue
    keep(dialed, way, visit)
    return way
  }
  return undefined
}

function otherWay (way: Way, refused: Exclude<Dialed, Open>, visit: Visit): Finding {
  const { value, advice } = explainDialed(refused, visit)
  if (refused.kind === 'broken') return failed(`${value}; 101 by ${way}`, advice)
  if (way === 'header beside a subprotocol') {
    return warning(`${value} by subprotocol; 101 by ${way}`, 'WS_TOKEN_SOURCES leaves out protocol, the way that keeps tokens of browsers out of logs.')
  }
  return failed(`${value} by subprotocol; 101 by ${way}`, 'Sec-WebSocket-Protocol does not reach the service, or it does not look there: let the proxy pass the header on, and WS_TOKEN_SOURCES hold protocol.')
}

function failure ({ value, advice }: Explanation): Finding {
  return failed(`${value}, expected 101`, advice)
}
