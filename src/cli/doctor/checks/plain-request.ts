import { get, type Answer } from '../answer.ts'
import type { Check } from '../check.ts'
import { explainAnswer } from '../explain.ts'
import { failed, ok, warning } from '../finding.ts'
import { httpUrl } from '../host.ts'

/** Is it this service that answers at the path of the socket? A request that is no handshake gets 426 from it. */
export const plainRequest: Check = {
  name: 'plain request',
  needs: 'address',
  async run (visit) {
    const answer = await get(httpUrl(visit.options.href), visit)
    if (isOwnRefusal(answer)) return ok('426, answered by the service')
    const { value, advice } = explainAnswer(answer, visit)
    if (answer.status === 426) return warning(`${value}, in other words than this service's`, 'Another WebSocket server answers here, or the proxy does in its place.')
    return failed(`${value}, expected 426 of the service`, advice)
  }
}

function isOwnRefusal ({ status, reason }: Answer): boolean {
  return status === 426 && reason !== undefined
}
