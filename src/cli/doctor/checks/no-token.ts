import { closeCodes } from '../../../protocol/close-codes.ts'
import type { Check } from '../check.ts'
import type { Dialed } from '../dial.ts'
import { explainAnswer, explainDialed } from '../explain.ts'
import { failed, ok, warning, type Finding } from '../finding.ts'
import { LineEnded } from '../line.ts'
import { greetingOf, type Visit } from '../visit.ts'

const GUESTS = 'WS_AUTH=optional lets everybody in as a guest: set it to required, unless that is meant.'

/** Is who brings no token refused? */
export const noToken: Check = {
  name: 'no token',
  needs: 'address',
  async run (visit) {
    const dialed = await visit.dial('guest')
    if (dialed.kind === 'open') return await letIn(dialed, visit)
    if (dialed.kind === 'broken' || dialed.answer.status !== 401) {
      const { value, advice } = explainDialed(dialed, visit)
      return failed(`${value}, expected 401`, advice)
    }
    if (dialed.answer.reason !== undefined) return ok('refused with 401')
    const { value, advice } = explainAnswer(dialed.answer, visit)
    return failed(`${value}, not of the service`, advice)
  }
}

/** With `WS_AUTH_REJECT=close` a refusal looks like a connection at first. */
async function letIn ({ line }: Extract<Dialed, { kind: 'open' }>, visit: Visit): Promise<Finding> {
  try {
    await greetingOf(line)
    await line.close()
  } catch (error) {
    if (!(error instanceof LineEnded)) throw error
    if (error.ended.code === closeCodes.unauthorized.code) return ok(`refused with close code ${error.ended.code}`)
    return failed(`${error.message}, expected a refusal with 401`, 'The proxy ends connections in mid-way, or the service refuses for another reason.')
  }
  visit.hasGuests = true
  return warning('let in as a guest', GUESTS)
}
