import { addressOf } from './address.ts'
import { Hub } from './hub.ts'
import { jsonCodec } from './json-codec.ts'
import type { ConnectOptions } from './options.ts'

/**
 * Connects to a service and stays connected: it comes back after every loss, into its rooms, and brings what was missed.
 * Throws a `TypeError` for what is no URL or on a platform without WebSocket, a `RangeError` for options that cannot be.
 * @param url - `wss://example.org/ws`; in a page also a path such as `/ws`
 */
export function connect<E extends object = Record<string, unknown>> (url: string | URL, options: ConnectOptions = {}): Hub<E> {
  return new Hub<E>(addressOf(url), options, jsonCodec)
}
