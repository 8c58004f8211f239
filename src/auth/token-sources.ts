/** A place where a client may put its token. */
export type TokenSource = 'query' | 'protocol' | 'header'

/** The parts of a handshake that may hold a token. */
export interface TokenPlaces {
  /** Value of `?token=`; a list when it was given more than once. */
  readonly query?: unknown
  /** Entries of `Sec-WebSocket-Protocol`, in order. */
  readonly protocols: readonly string[]
  /** Value of `Authorization`. */
  readonly authorization?: string | undefined
}

/** The marker before a token in the subprotocol list. */
export const BEARER_PROTOCOL = 'bearer'
/** Header, payload and signature: a token that is the only entry of the subprotocol list needs no marker. */
const RAW_TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/

const readers: Record<TokenSource, (places: TokenPlaces) => string | undefined> = {
  query: ({ query }) => queryToken(query),
  protocol: ({ protocols }) => protocolToken(protocols),
  header: ({ authorization }) => bearerToken(authorization)
}

/** The token of the first source that holds one; a bad one there does not make the next count. */
export function findToken (places: TokenPlaces, sources: readonly TokenSource[]): string | undefined {
  for (const source of sources) {
    const token = readers[source](places)
    if (token !== undefined) return token
  }
  return undefined
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken (authorization = ''): string | undefined {
  const scheme = authorization.indexOf(' ')
  const token = authorization.slice(scheme + 1).trim()
  return authorization.slice(0, scheme).toLowerCase() === 'bearer' && token !== '' ? token : undefined
}

/** Two tokens in one query are no token that could be right, but they are one that was given. */
function queryToken (value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(' ')
  return typeof value === 'string' && value !== '' ? value : undefined
}

function protocolToken (protocols: readonly string[]): string | undefined {
  const marker = protocols.indexOf(BEARER_PROTOCOL)
  if (marker !== -1) return protocols[marker + 1]
  const [only] = protocols
  return protocols.length === 1 && only !== undefined && RAW_TOKEN.test(only) ? only : undefined
}
