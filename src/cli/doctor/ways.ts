import { DIALECT, withDialect } from '../dialect.ts'
import type { Handshake } from './dial.ts'

/**
 * How a token travels: in the subprotocol list as browsers do it, in `Authorization` with or without a list that names the dialect alone,
 * in the query. A guest has none.
 */
export type Way = 'subprotocol' | 'header beside a subprotocol' | 'header' | 'query' | 'guest'

/** The handshake for a way. */
export function handshakeBy (way: Way, href: string, token: string): Handshake {
  const headers = { authorization: `Bearer ${token}` }
  switch (way) {
    case 'subprotocol': return { href, protocols: [DIALECT, 'bearer', token] }
    case 'header beside a subprotocol': return { href, protocols: [DIALECT], headers }
    case 'header': return { href: withDialect(href), headers }
    case 'query': return { href: withToken(withDialect(href), token) }
    case 'guest': return { href, protocols: [DIALECT] }
  }
}

function withToken (href: string, token: string): string {
  const url = new URL(href)
  url.searchParams.set('token', token)
  return url.href
}
