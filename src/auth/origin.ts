/** What decides about a browser's origin. */
export interface OriginPolicy {
  /** `scheme://host[:port]` each, or `*` for all; empty: the rule below. */
  readonly allowed: readonly string[]
  /** Without a list: in production only the service's own host, in development all. */
  readonly production: boolean
}

/** True when a handshake with these headers may go on. Programs other than browsers send no origin. */
export function isOriginAllowed (origin: string | undefined, host: string | undefined, { allowed, production }: OriginPolicy): boolean {
  if (origin === undefined || allowed.includes('*')) return true
  if (allowed.length === 0 && !production) return true
  return allowed.length > 0 ? allowed.some((entry) => canonical(entry) === origin) : isOwnHost(origin, host)
}

/** An origin as browsers send it: lower case, no default port. Of the schemes of apps a URL knows no origin. */
function canonical (text: string): string {
  const url = parseUrl(text)
  return url === undefined || url.origin === 'null' ? text.toLowerCase() : url.origin
}

/** The default port of the origin's scheme may stand in `Host` or not. */
function isOwnHost (origin: string, host: string | undefined): boolean {
  const url = parseUrl(origin)
  return url !== undefined && canonical(origin) === origin && parseUrl(`${url.protocol}//${host ?? ''}`)?.host === url.host
}

function parseUrl (text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
