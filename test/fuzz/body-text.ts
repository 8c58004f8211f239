import type { Random } from '../faults/random.ts'
import { hostileNames, hostileValue } from './hostile.ts'
import { breakText, mutate, render, type Entry } from './json-mutation.ts'
import { admin, badToken, users, victims } from './tokens.ts'

/** A REST request as it goes over the wire. */
export interface RestRequest {
  readonly text: string
  /** True where its end cannot be mistaken: another request may follow on the same connection. */
  readonly isPlain: boolean
  /** True where it must not be carried out: whoever asks is no administrator. */
  readonly isForbidden: boolean
  readonly route: string
}

interface Route {
  readonly method: string
  readonly path: (random: Random) => string
  readonly body?: (random: Random) => readonly Entry[]
  /** Also for those who are no administrators. */
  readonly isOpen?: boolean
}

const name = (random: Random): string => encodeURIComponent(Buffer.from(random.pick(hostileNames)).toString())
const room = (random: Random): string => random.chance(0.5) ? `lane-${random.integer(0, 40)}-0` : name(random)
const user = (random: Random): string => random.chance(0.7) ? random.pick(victims).id : name(random)
const query = (random: Random): string => random.chance(0.5) ? '' : `?${Array.from({ length: random.integer(1, 3) }, () => `${random.pick(['limit', 'offset', 'after', 'before', 'scope', '__proto__', 'x'])}=${random.pick(['', '0', '1', '10', '1000', '1001', '-1', '1e9', '1e999', 'NaN', 'x', 'node', 'cluster', '%', '%ff', '[]', '99999999999999999999'])}`).join('&')}`
const list = (values: readonly string[]): string => `[${values.join(',')}]`
const quoted = (text: string): string => JSON.stringify(text)

function target (random: Random): string {
  const who = random.pick(['rooms', 'rooms', 'users', 'roles', 'connections'])
  const names = Array.from({ length: random.integer(1, 4) }, () => quoted(random.chance(0.7) ? `lane-${random.integer(0, 40)}-1` : random.pick(hostileNames)))
  return `{"${who}":${list(names)}}`
}

function notification (random: Random): readonly Entry[] {
  const entries: Entry[] = random.chance(0.5) ? [['message', quoted(random.pick(['hello', ...hostileNames]))], ['priority', random.pick(['"normal"', '"high"'])]] : [['type', quoted(random.pick(['user.updated', 'match_proposal', 'a', ...hostileNames]))], ['payload', hostileValue(random)]]
  // Everybody gets what has no target: now and then is enough.
  if (!random.chance(0.02)) entries.push(['target', target(random)])
  if (random.chance(0.3)) entries.push(['except', target(random)])
  if (random.chance(0.3)) entries.push(['id', quoted(`b${random.integer(1, 64)}`)])
  return entries
}

function notifications (random: Random): readonly Entry[] {
  const messages = Array.from({ length: random.chance(0.02) ? 1_001 : random.integer(0, 6) }, () => render(random.chance(0.5) ? notification(random) : guarded(mutate(notification(random), random, 1), random), random))
  return [['messages', list(messages)]]
}

/** A message whose target got lost would go to everybody, and there are many: mostly it is given one again. */
function guarded (entries: readonly Entry[], random: Random): readonly Entry[] {
  return entries.some(([key]) => key === 'target') || random.chance(0.05) ? entries : [...entries, ['target', '{"rooms":["nobody"]}']]
}

const routes: readonly Route[] = [
  { method: 'POST', path: () => '/ws/broadcast', body: notification },
  { method: 'POST', path: () => '/ws/publish', body: notifications },
  { method: 'POST', path: (random) => `/ws/users/${user(random)}/disconnect`, body: (random) => random.chance(0.7) ? [['reason', quoted(random.pick(hostileNames))]] : [['reason', '"x"'], ['ban_for_s', '1']] },
  { method: 'DELETE', path: (random) => `/ws/users/${user(random)}/ban` },
  { method: 'POST', path: () => '/ws/ticket', body: () => [], isOpen: true },
  { method: 'GET', path: (random) => `/ws/rooms${query(random)}` },
  { method: 'GET', path: (random) => `/ws/rooms/${room(random)}${query(random)}` },
  { method: 'GET', path: (random) => `/ws/rooms/${room(random)}/history${query(random)}` },
  { method: 'GET', path: (random) => `/ws/users${query(random)}` },
  { method: 'GET', path: (random) => `/ws/users/${user(random)}` },
  { method: 'GET', path: (random) => `/ws/stats${query(random)}` },
  { method: 'GET', path: (random) => random.pick(['/ws/online', '/health', '/health/live', '/health/ready', '/metrics', '/docs', '/docs/json', '/docs/asyncapi.json', '/docs/hub.proto', '/console', '/docs/static/%2e%2e/%2e%2e/package.json', '/docs/../package.json', '/nowhere', `/${name(random)}`]), isOpen: true }
]

const jsonTypes = ['application/json', 'application/json; charset=utf-8']
const oddTypes = ['', 'text/plain', 'application/json\t', ' application/json', 'application/json x', 'application/json;', 'application/jsonx', 'APPLICATION/JSON', 'application/json; charset=utf-16', 'multipart/form-data', 'application/x-www-form-urlencoded', '__proto__', '*/*', 'application/vnd.api+json', 'a'.repeat(2_000)]
/** Ways to say where a body ends that do not agree with it, or with each other. */
const framings: ReadonlyArray<(body: string) => readonly [headers: readonly string[], body: string]> = [
  (body) => [['Transfer-Encoding: chunked'], chunked(body)],
  (body) => [['Transfer-Encoding: chunked', `Content-Length: ${body.length}`], chunked(body)],
  (body) => [['Transfer-Encoding: chunked, chunked'], chunked(body)],
  (body) => [['Transfer-Encoding: xchunked'], chunked(body)],
  (body) => [['Transfer-Encoding : chunked'], chunked(body)],
  (body) => [['Transfer-Encoding: chunked'], chunked(body).replace('\r\n', ';x=1\r\n')],
  (body) => [['Transfer-Encoding: chunked'], chunked(body).replaceAll('\r\n', '\n')],
  (body) => [['Transfer-Encoding: chunked'], `ffffffffffffffff\r\n${body}`],
  (body) => [['Transfer-Encoding: chunked'], `-1\r\n${body}\r\n0\r\n\r\n`],
  (body) => [['Transfer-Encoding: chunked'], `${chunked(body).slice(0, -2)}X-Trailer: 1\r\n\r\n`],
  (body) => [['Transfer-Encoding: gzip, chunked'], chunked(body)],
  (body) => [[`Content-Length: ${body.length + 10}`], body],
  (body) => [[`Content-Length: ${Math.max(0, body.length - 3)}`], body],
  (body) => [['Content-Length: -1'], body],
  (body) => [[`Content-Length: ${body.length}`, 'Content-Length: 0'], body],
  (body) => [['Content-Length: 5000000'], body],
  (body) => [[], body],
  (body) => [[`Content-Length: ${body.length}`, 'Expect: 100-continue'], body],
  (body) => [[`Content-Length: ${body.length}`, 'Content-Encoding: gzip'], body]
]

const FORBIDDEN_SHARE = 0.2
const FRAMING_SHARE = 0.15

/** A request to one of the routes, mostly with something wrong in it. */
export function makeRestRequest (random: Random): RestRequest {
  const route = random.pick(routes)
  const isForbidden = random.chance(FORBIDDEN_SHARE)
  const token = !isForbidden ? admin.token : random.chance(0.5) ? badToken(random) : random.pick(users).token
  const method = random.chance(0.95) ? route.method : random.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])
  const path = random.chance(0.93) ? route.path(random) : `${route.path(random)}${random.pick(['/', '//', '%00', '%', '?', '#', ';', '/..', '%2e%2e', '\u0001', ' '])}`
  const type = random.pick(random.chance(0.85) ? jsonTypes : oddTypes)
  const body = Buffer.from(bodyOf(route, random)).toString('latin1')
  const hasOddFraming = random.chance(FRAMING_SHARE)
  const [framing, content] = hasOddFraming ? random.pick(framings)(body) : [body === '' ? [] : [`Content-Length: ${body.length}`], body]
  const headers = ['Host: localhost', `Authorization: Bearer ${token}`, ...body === '' && random.chance(0.8) ? [] : [`Content-Type: ${type}`], ...framing]
  return { text: [`${method} ${path} HTTP/1.1`, ...headers, '', content].join('\r\n'), isPlain: !hasOddFraming, isForbidden: isForbidden && route.isOpen !== true, route: `${route.method} ${route.path(random).split(/[/?](?=[^/]*$)/)[0]}` }
}

function bodyOf ({ body }: Route, random: Random): string {
  if (body === undefined) return random.chance(0.9) ? '' : hostileValue(random)
  const entries = body(random)
  const text = render(random.chance(0.25) ? entries : guarded(mutate(entries, random, random.integer(1, 3)), random), random)
  return random.chance(0.1) ? breakText(text, random) : text
}

function chunked (body: string): string {
  return body === '' ? '0\r\n\r\n' : `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
}
