/** Where Redis is, as `REDIS_URL` names it. */
export type RedisTarget =
  | { readonly kind: 'single', readonly server: RedisServerAddress }
  | { readonly kind: 'cluster', readonly servers: readonly RedisServerAddress[] }
  | { readonly kind: 'sentinel', readonly sentinels: readonly HostPort[], readonly name: string, readonly access: RedisAccess }

/** A host and its port. */
export interface HostPort {
  readonly host: string
  readonly port: number
}

/** How to log in. */
export interface RedisAccess {
  readonly tls: boolean
  readonly username: string
  readonly password: string
  readonly db: number
}

/** One server. */
export interface RedisServerAddress extends HostPort, RedisAccess {}

const DEFAULT_PORT = 6379
const DEFAULT_SENTINEL_PORT = 26379
const EXPECTED = 'redis://[user:password@]host[:port][/db], rediss:// for TLS, several of them for a cluster, or redis+sentinel://host:port,…/name'

/** Reads the setting; says what was expected where it cannot. The text may hold a password: it is never repeated. */
export function parseRedisUrl (text: string): { readonly target: RedisTarget } | { readonly expected: string } {
  const target = /^rediss?\+sentinel:\/\//.test(text) ? parseSentinel(text) : parseServers(text)
  return target === undefined ? { expected: EXPECTED } : { target }
}

function parseServers (text: string): RedisTarget | undefined {
  const servers: RedisServerAddress[] = []
  for (const part of text.split(',')) {
    const server = parseServer(part.trim())
    if (server === undefined) return undefined
    servers.push(server)
  }
  const [server] = servers
  if (server === undefined) return undefined
  if (servers.length === 1) return { kind: 'single', server }
  // A cluster has one set of credentials and no numbered databases.
  const isUniform = servers.every(({ db, tls, username, password }) => db === 0 && tls === server.tls && username === server.username && password === server.password)
  return isUniform ? { kind: 'cluster', servers } : undefined
}

function parseServer (text: string): RedisServerAddress | undefined {
  const url = /^rediss?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '' || url.port === '0' || url.search !== '' || url.hash !== '') return undefined
  const access = accessOf(url, url.pathname.slice(1))
  return access && { ...hostPort(url, DEFAULT_PORT), ...access }
}

/** A list of hosts is no URL: each is read with the rest of the text around it. */
function parseSentinel (text: string): RedisTarget | undefined {
  const parts = /^(rediss?)\+sentinel:\/\/(?:([^/@]*)@)?([^/?#]+)\/([\w.-]+)(?:\/(\d+))?$/.exec(text)
  if (parts === null) return undefined
  const [, scheme = '', login = '', hosts = '', name = '', db = ''] = parts
  const urls = hosts.split(',').map((host) => `${scheme}://${login === '' ? '' : `${login}@`}${host}`)
  if (!urls.every((url) => URL.canParse(url) && new URL(url).hostname !== '')) return undefined
  const [first] = urls
  const access = first === undefined ? undefined : accessOf(new URL(first), db)
  return access && { kind: 'sentinel', sentinels: urls.map((url) => hostPort(new URL(url), DEFAULT_SENTINEL_PORT)), name, access }
}

function hostPort ({ hostname, port }: URL, defaultPort: number): HostPort {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? defaultPort : Number(port) }
}

function accessOf ({ protocol, username, password }: URL, db: string): RedisAccess | undefined {
  if (!/^\d{0,3}$/.test(db)) return undefined
  try {
    return { tls: protocol === 'rediss:', username: decodeURIComponent(username), password: decodeURIComponent(password), db: Number(db) }
  } catch {
    return undefined
  }
}
