/** Host of an address, without the brackets that IPv6 has there. */
export function hostOf (href: string): string {
  return new URL(href).hostname.replace(/^\[|\]$/g, '')
}

/** Port of an address. */
export function portOf (href: string): number {
  const { port, protocol } = new URL(href)
  return port === '' ? (protocol === 'wss:' ? 443 : 80) : Number(port)
}

/** True for addresses that do not leave this machine. */
export function isLoopback (host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** A path at the host of a socket, to be asked for by HTTP. */
export function httpUrl (href: string, path?: string): URL {
  const url = new URL(href)
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:'
  if (path !== undefined) {
    url.pathname = path
    url.search = ''
  }
  return url
}
