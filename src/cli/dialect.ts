/** The dialect of all commands that talk to a service. */
export const DIALECT = 'hub.v1'

/** The address with the dialect in it, unless one stands there: a service may have another for those who name none. */
export function withDialect (href: string): string {
  const url = new URL(href)
  if (!url.searchParams.has('dialect')) url.searchParams.set('dialect', DIALECT)
  return url.href
}
