import { isIP } from 'node:net'
import { parseNatsUrl } from '../src/ingest/nats/nats-url.ts'
import { parseRoomPolicy } from '../src/auth/room-policy.ts'
import { parseSubjectMap } from '../src/ingest/subject-map.ts'
import { parseRedisUrl } from '../src/relay/redis/redis-url.ts'
import { parseHistoryRules, type HistoryRule } from '../src/relay/history-rules.ts'
import { parseDuration } from './duration.ts'
import type { Outcome } from './setting.ts'

/** Routes of the service itself; a socket path may not take their place. */
const OWN_ROUTES = ['/health', '/health/live', '/health/ready', '/ws/online', '/ws/stats', '/ws/broadcast', '/ws/publish',
  '/ws/rooms', '/ws/users', '/ws/ticket', '/metrics', '/docs', '/console']
const OWN_FOLDERS = ['/docs/', '/console/', '/ws/rooms/', '/ws/users/', '/ws/tokens/']
const SAFE_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+\/?$|^\/$/
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(?:[^\s,/?#@:*[\]\\]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/** A name or an address to listen on, without scheme, port or brackets. */
export function listenHost (text: string): Outcome<string> {
  const isName = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i.test(text)
  return isName || isIP(text) > 0 ? { value: text } : { expected: 'a host name or an IP address' }
}

/** One address or range of proxies; a range of all addresses would let every client choose its own. */
export function proxyAddress (text: string): Outcome<string> {
  const [address = '', prefix, ...rest] = text.split('/')
  const version = address.includes('%') ? 0 : isIP(address)
  const known = version > 0 && rest.length === 0 && isPrefix(prefix, version === 4 ? 32 : 128)
  return known ? { value: text } : { expected: 'a list of IP addresses and CIDR ranges narrower than /0', got: text }
}

function isPrefix (prefix: string | undefined, longest: number): boolean {
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= longest)
}

/** An origin as browsers write it: lower case, no default port, names of other alphabets in their ASCII form. */
export function allowedOrigin (text: string): Outcome<string> {
  if (text === '*') return { value: text }
  const url = ORIGIN.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) return { expected: 'a list of origins (scheme://host or scheme://host:port) or *', got: text }
  return { value: url.origin === 'null' ? text.toLowerCase() : url.origin }
}

/** A plain path to upgrade on, which no other route of the service has. */
export function socketPath (text: string): Outcome<string> {
  if (!SAFE_PATH.test(text)) return { expected: 'a list of plain paths that begin with /', got: text }
  const path = text.toLowerCase()
  const taken = OWN_ROUTES.some((route) => path === route || path === `${route}/`) || OWN_FOLDERS.some((folder) => path.startsWith(folder))
  return taken ? { expected: 'paths that are no other route of the service', got: text } : { value: text }
}

/** A name without white space, such as that of a claim or a role. */
export function plainName (text: string): Outcome<string> {
  return /^[^\s\p{Cc}]+$/u.test(text) ? { value: text } : { expected: 'names without white space', got: text }
}

/** Where Redis is. The text may hold a password: no message repeats it. */
export function redisUrl (text: string): Outcome<string> {
  const parsed = parseRedisUrl(text)
  return 'expected' in parsed ? parsed : { value: text }
}

/** Braces would change the slots that names of a cluster belong to. */
export function redisPrefix (text: string): Outcome<string> {
  return /^[^\s\p{Cc}{}*?[\]]+$/u.test(text) ? { value: text } : { expected: 'a name without white space and braces', got: text }
}

/** Where NATS is. The text may hold a password: no message repeats it. */
export function natsUrl (text: string): Outcome<string> {
  const parsed = parseNatsUrl(text)
  return 'expected' in parsed ? parsed : { value: text }
}

/** A name of a stream or a consumer: it becomes part of subjects. */
export function natsName (text: string): Outcome<string> {
  return /^[^\s\p{Cc}.*>/\\]+$/u.test(text) ? { value: text } : { expected: 'a name without white space, dots, slashes, * and >', got: text }
}

/** Which events are for whom. */
export function subjectMap (text: string): Outcome<string> {
  const parsed = parseSubjectMap(text)
  return 'expected' in parsed ? parsed : { value: text }
}

/** What is kept of which topics. */
export function historyRules (text: string): Outcome<string> {
  const parsed = parseHistoryRules(text, parseDuration)
  return 'expected' in parsed ? parsed : { value: text }
}

/** The rules that a text checked by {@link historyRules} holds; none when it is unset. */
export function readHistoryRules (text = ''): readonly HistoryRule[] {
  const parsed = parseHistoryRules(text, parseDuration)
  return 'rules' in parsed ? parsed.rules : []
}

/** What holds in which rooms. */
export function roomPolicy (text: string): Outcome<string> {
  const parsed = parseRoomPolicy(text)
  return 'expected' in parsed ? parsed : { value: text }
}
