import { isRecord } from '../../../guards.ts'
import { shown, get, type Answer } from '../answer.ts'
import type { Check } from '../check.ts'
import { explainAnswer, isBadGateway, locationOf } from '../explain.ts'
import { failed, ok, warning, type Finding } from '../finding.ts'
import { httpUrl } from '../host.ts'
import type { Visit } from '../visit.ts'

const PATH = '/health/ready'

/** Does the service call itself ready? */
export const health: Check = {
  name: 'health',
  needs: 'address',
  async run (visit) {
    const answer = await get(httpUrl(visit.options.href, PATH), visit)
    const { status, body, line } = answer
    if (isRecord(body) && typeof body['status'] === 'string' && typeof body['node_id'] === 'string') return ofService(answer, body)
    if (isBadGateway(answer) || status === 503) return badGateway(answer, visit)
    if (status >= 300 && status < 400) return warning(`${line} to ${locationOf(answer)}`, `The proxy redirects ${PATH}; clients do not need it.`)
    if (status === 200) return warning(`${line}, but not of this service`, `Another server answers ${PATH} here, such as that of the web page: fine for clients; probes have to ask the nodes themselves.`)
    return warning(line, `The proxy passes only the socket: fine for clients, as long as the balancer asks ${PATH} of the nodes themselves.`)
  }
}

function ofService ({ status, line }: Answer, { reason, node_id: nodeId }: Record<string, unknown>): Finding {
  if (status === 200) return ok(`ready, says node ${shown(String(nodeId))}`)
  const why = shown(String(reason ?? 'no reason given'))
  return failed(`${line}: ${why}`, adviceFor(why))
}

function adviceFor (reason: string): string {
  if (reason === 'draining') return 'This node is being stopped and takes nobody any more: the balancer should have taken it out (health checks on /health/ready), or there is no other node.'
  if (reason.startsWith('event loop')) return 'The process is too busy to answer in time: give it more CPU, or spread the load over more nodes.'
  return 'The node cannot reach Redis, or has just come back to it: see REDIS_URL, and the log of the node.'
}

function badGateway (answer: Answer, visit: Visit): Finding {
  const { value, advice } = explainAnswer(answer, visit)
  return failed(value, advice)
}
