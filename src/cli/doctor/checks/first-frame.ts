import { shown } from '../answer.ts'
import { CannotCheck, type Check } from '../check.ts'
import { failed, ok, warning, type Finding } from '../finding.ts'
import { LineEnded } from '../line.ts'
import { formatMs, rounded } from '../spread.ts'
import { greetingOf, type Greeting, type Visit } from '../visit.ts'

/** The service greets in the same turn: what takes longer is held back on the way. */
const SLOW_MS = 1_000
const BUFFERING = 'A proxy that buffers holds frames back: switch it off for this path (nginx: proxy_buffering off; a scanner, or an HTTP/2 gateway, may do it, too).'

/** Does the service greet, and at once? */
export const firstFrame: Check = {
  name: 'first frame',
  needs: 'connection',
  async run (visit) {
    const { first } = visit
    if (first === undefined) throw new CannotCheck('there is no connection')
    try {
      const greeting = await greetingOf(first.line)
      visit.greeting = greeting
      return judge(greeting, greeting.at - first.openedAt)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      return failed(text, error instanceof LineEnded ? endAdvice(error, visit) : `${BUFFERING} Or another WebSocket server answers here.`)
    }
  }
}

function judge ({ nodeId, dialect, maxMessageSize, pingIntervalMs }: Greeting, delayMs: number): Finding {
  const value = `connected to node ${shown(nodeId)} after ${formatMs(delayMs)}; ${shown(dialect)}, frames up to ${maxMessageSize} bytes, a ping every ${pingIntervalMs / 1000} s`
  const data = { node_id: nodeId, dialect, max_message_size: maxMessageSize, ping_interval_ms: pingIntervalMs, first_frame_ms: rounded(delayMs) }
  return delayMs > SLOW_MS ? warning(value, BUFFERING, data) : ok(value, data)
}

function endAdvice ({ ended: { code } }: LineEnded, { tokenProblem }: Visit): string {
  if (code === 4001) return tokenProblem === undefined ? 'The service refuses the token; its log says why: «ws auth failed».' : `The token cannot be accepted: ${tokenProblem}.`
  if (code === 4003) return 'This token or its user is banned: an administrator can lift that (DELETE /ws/users/ID/ban or /ws/tokens/ID/ban).'
  if (code === 4029) return 'The user or this address has too many connections: WS_MAX_CONNECTIONS_PER_USER, WS_MAX_CONNECTIONS_PER_IP; behind a proxy set TRUST_PROXY.'
  return 'The proxy upgrades, and cuts the connection before anything comes through: see its time-outs and its log.'
}
