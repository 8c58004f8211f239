/** Where to connect: an address of a WebSocket, in a page also one below the page's own. Throws a `TypeError` for what is no URL. */
export function addressOf (url: string | URL): URL {
  const { location } = globalThis as { location?: { readonly href: string } }
  const address = new URL(url, location?.href)
  address.protocol = address.protocol.replace('http', 'ws')
  return address
}
