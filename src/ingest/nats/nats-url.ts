/** Where NATS is and how to log in, as `NATS_URL` names it. */
export interface NatsTarget {
  /** `host:port` each; any one of a cluster will do. */
  readonly servers: readonly string[]
  readonly tls: boolean
  readonly access: NatsAccess
}

/** How to log in; empty where the server lets everybody in. */
export interface NatsAccess {
  readonly user?: string
  readonly pass?: string
  readonly token?: string
}

const DEFAULT_PORT = '4222'
const EXPECTED = 'nats://[user:password@ or token@]host[:port], tls:// for TLS, several with commas, all with the same login'

/** Reads the setting; says what was expected where it cannot. The text may hold a password: it is never repeated. */
export function parseNatsUrl (text: string): { readonly target: NatsTarget } | { readonly expected: string } {
  const targets = text.split(',').map((part) => parseServer(part.trim()))
  const [first] = targets
  const servers: string[] = []
  for (const target of targets) {
    if (first === undefined || target === undefined || !isSameWay(target, first)) return { expected: EXPECTED }
    servers.push(...target.servers)
  }
  return first === undefined ? { expected: EXPECTED } : { target: { ...first, servers } }
}

function parseServer (text: string): NatsTarget | undefined {
  const url = /^(?:nats|tls):\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.hostname === '' || url.port === '0') return undefined
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') return undefined
  const access = accessOf(url)
  return access && { servers: [`${url.hostname}:${url.port || DEFAULT_PORT}`], tls: url.protocol === 'tls:', access }
}

function accessOf ({ username, password }: URL): NatsAccess | undefined {
  try {
    const user = decodeURIComponent(username)
    const pass = decodeURIComponent(password)
    if (user === '') return pass === '' ? {} : undefined
    return pass === '' ? { token: user } : { user, pass }
  } catch {
    return undefined
  }
}

function isSameWay (one: NatsTarget, other: NatsTarget): boolean {
  return one.tls === other.tls && JSON.stringify(one.access) === JSON.stringify(other.access)
}
