import { addressOf } from '../address.ts'
import { Hub } from '../hub.ts'
import type { ConnectOptions } from '../options.ts'
import { protobufCodec } from './codec.ts'

/**
 * Connects to a service and stays connected, as that of `wshub/client` does, but speaks the binary dialect `protobuf.v1`.
 * Throws a `TypeError` for what is no URL or on a platform without WebSocket, a `RangeError` for options that cannot be.
 * @param url - `wss://example.org/ws`; in a page also a path such as `/ws`
 */
export function connect<E extends object = Record<string, unknown>> (url: string | URL, options: ConnectOptions = {}): Hub<E> {
  return new Hub<E>(addressOf(url), options, protobufCodec)
}
