import { isRecord } from '../../../guards.ts'
import { CannotCheck, type Check } from '../check.ts'
import { explainDialed } from '../explain.ts'
import { ok, warning } from '../finding.ts'
import type { Line } from '../line.ts'

/** Does a token in `Authorization` arrive? Programs send it so, and REST calls have no other way. */
export const authorizationHeader: Check = {
  name: 'authorization',
  needs: 'greeting',
  async run (visit) {
    if (visit.options.token === undefined) throw new CannotCheck('needs a token')
    const dialed = await visit.dial('header')
    if (dialed.kind !== 'open') {
      if (dialed.kind === 'broken' || dialed.answer.status !== 401) throw visit.refusal(dialed)
      const { value } = explainDialed(dialed, visit)
      return warning(value, 'By another way the token is accepted: the proxy drops or replaces Authorization (nginx: no proxy_set_header Authorization, no auth_basic), or WS_TOKEN_SOURCES leaves out header.')
    }
    // Where guests are let in, a token that got lost on the way makes a guest.
    const isGuest = visit.hasGuests && await isLetInAsGuest(dialed.line)
    await dialed.line.close()
    return isGuest ? warning('let in, but as a guest', 'The proxy drops Authorization, or WS_TOKEN_SOURCES leaves out header.') : ok('the header arrives')
  }
}

async function isLetInAsGuest (line: Line): Promise<boolean> {
  const { payload } = await line.next(({ type }) => type === 'connected', 'the first frame')
  return isRecord(payload) && payload['role'] === 'guest'
}
