import { Hub } from './hub.ts'
import type { ConnectOptions } from './options.ts'

/**
 * Connects to a service and stays connected: it comes back after every loss, into its rooms, and brings what was missed.
 * Throws a `TypeError` for what is no URL or on a platform without WebSocket, a `RangeError` for options that cannot be.
 * @param url - `wss://example.org/ws`; in a page also a path such as `/ws`
 */
export function connect<E extends object = Record<string, unknown>> (url: string | URL, options: ConnectOptions = {}): Hub<E> {
  const { location } = globalThis as { location?: { readonly href: string } }
  const target = new URL(url, location?.href)
  target.protocol = target.protocol.replace('http', 'ws')
  return new Hub<E>(target, options)
}
