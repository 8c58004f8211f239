import { shown, type Answer } from './answer.ts'
import type { Dialed } from './dial.ts'
import type { Visit } from './visit.ts'

/** What went wrong, and what to do about it. */
export interface Explanation {
  readonly value: string
  readonly advice: string
}

type NotOpen = Exclude<Dialed, { kind: 'open' }>
type About = Pick<Visit, 'tokenProblem'> & { readonly options: Pick<Visit['options'], 'shown' | 'origin'> }

const UPGRADE_STRIPPED = 'The request arrived without its Upgrade and Connection headers: the proxy drops them. nginx: proxy_http_version 1.1; ' +
  'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade". Apache: ProxyPass with upgrade=websocket. HAProxy: mode http ' +
  'passes them, option httpclose must go. CDN: switch WebSockets on.'
const BAD_GATEWAY = 'The proxy answers, but has no answer of the service: is it running, and do its address and port in the proxy agree with HOST and PORT ' +
  '(nginx: proxy_pass, HAProxy: server, ALB: the target group and its security group)? In a container HOST must not be 127.0.0.1.'
const NO_NODE = 'The proxy has no node to pass it on to: its health checks fail, or all nodes are down. Let it ask GET /health/ready on each node (HAProxy: ' +
  'option httpchk GET /health/ready; ALB: health check path), and see what that answers there.'
const OTHER_SERVER = 'Another server or the proxy itself answers here: let the proxy pass this path on to the service (nginx: a location of its own, before ' +
  'the one of the web page), unchanged or as one of WS_PATHS.'
const STRIPPED_PROTOCOL = 'The proxy drops Sec-WebSocket-Protocol from the answer, so that browsers end the connection at once: let it pass this header (nginx: no ' +
  'proxy_hide_header and no own add_header for it; HAProxy: no http-response del-header).'

/** Why a handshake came to no connection. */
export function explainDialed (dialed: NotOpen, about: About): Explanation {
  if (dialed.kind === 'refused') return explainAnswer(dialed.answer, about)
  if (dialed.lostProtocol) return { value: 'upgraded, but the answer names no subprotocol', advice: STRIPPED_PROTOCOL }
  return { value: dialed.text, advice: brokenAdvice(dialed.text) }
}

/** Why an answer to a handshake is not 101. */
export function explainAnswer (answer: Answer, about: About): Explanation {
  const { line, reason } = answer
  return { value: `${line}${reason === undefined ? '' : `: ${reason}`}${waitOf(answer)}`, advice: reason === undefined ? foreignAdvice(answer) : ownAdvice(answer, about) }
}

/** An address in an answer, without what may be secret. */
export function locationOf ({ headers }: Answer): string {
  return shown((headers.location ?? 'nowhere').replace(/[?#].*/s, ''))
}

/** True for the answers of a proxy that cannot reach what is behind it. */
export function isBadGateway ({ status }: Answer): boolean {
  return status === 502 || status === 504
}

/** What a refusal of this service itself means. */
function ownAdvice ({ status, reason }: Answer, about: About): string {
  if (status === 426) return UPGRADE_STRIPPED
  if (status === 400) return `The handshake arrived changed or at a path that is no socket: see WS_PATHS, and what the proxy does to the path. ${UPGRADE_STRIPPED}`
  if (status === 401) return tokenAdvice(about)
  if (status === 403) return reason === 'origin not allowed' ? originAdvice(about) : 'This token or its user may not connect: an administrator can lift a ban (DELETE /ws/users/ID/ban or /ws/tokens/ID/ban).'
  if (status === 404) return 'The service does not know this path: WS_PATHS names those that upgrade; the proxy may have cut off a prefix, or left one (nginx: the path behind proxy_pass).'
  if (status === 429) return 'A limit: WS_HANDSHAKE_RATE, WS_MAX_CONNECTIONS_PER_IP or WS_MAX_CONNECTIONS_PER_USER. Behind a proxy all clients share the limits of its address until TRUST_PROXY names it.'
  if (status === 503) return 'This node is full (WS_MAX_CONNECTIONS), going away or cut off from Redis: let the balancer ask /health/ready and go on to the next node (HAProxy: retry-on 503; nginx: proxy_next_upstream http_503).'
  return 'The log of the service says more.'
}

/** What the answer of somebody else means. */
function foreignAdvice (answer: Answer): string {
  const { status, headers } = answer
  if (isBadGateway(answer)) return BAD_GATEWAY
  if (status === 503) return NO_NODE
  if (status >= 300 && status < 400) return `WebSocket clients follow no redirects: use the address that it leads to (${locationOf(answer)}), or do not redirect this path.`
  if (status === 400 || status === 426) return `The proxy itself refuses the upgrade. ${UPGRADE_STRIPPED}`
  if (status === 401) return `Something in front of the service asks for credentials of its own${headers['www-authenticate'] === undefined ? '' : ' (WWW-Authenticate)'}: exempt this path from it.`
  if (status === 403) return 'Something in front of the service forbids it: a firewall rule, or a CDN that has WebSockets off.'
  if (status === 429) return 'A limit of the proxy or CDN, not of the service (nginx: limit_req, limit_conn).'
  return OTHER_SERVER
}

function tokenAdvice ({ tokenProblem }: About): string {
  if (tokenProblem !== undefined) return `The token cannot be accepted: ${tokenProblem}.`
  return 'The token looks sound, so it is signed with another key, or iss or aud are others than the service expects (JWT_SECRET or JWT_JWKS_URL, JWT_ISSUER, ' +
    'JWT_AUDIENCE, and the clocks). Its log says which: «ws auth failed».'
}

/** Why a handshake with an `Origin` is refused. */
export function originAdvice ({ options: { origin = 'the origin' } }: About): string {
  return `Add ${shown(origin)} to WS_ALLOWED_ORIGINS. An empty list allows in production only pages of the service's own host, for which the proxy must pass Host on (nginx: proxy_set_header Host $host).`
}

function waitOf ({ headers }: Answer): string {
  const wait = headers['retry-after']
  return wait === undefined ? '' : `, retry after ${shown(wait)} s`
}

function brokenAdvice (text: string): string {
  if (/timed out|time-?out/i.test(text)) return 'The handshake is not answered: a proxy holds it back, or waits for a service that hangs.'
  if (/hang up|ECONNRESET|EPIPE/i.test(text)) return 'The connection was cut in mid-handshake: a firewall, or a proxy that does not know WebSockets.'
  if (/subprotocol/i.test(text)) return 'The token holds characters that cannot stand in Sec-WebSocket-Protocol, or the answer names a subprotocol that was not offered.'
  return 'What answers does not speak WebSocket as RFC 6455 wants it.'
}
