import { HubWire } from './hub-wire.ts'
import { SocketIoWire } from './socket-io-wire.ts'
import type { Wire, WireName } from './wire.ts'

/** A wire by its name. */
export function createWire (name: WireName): Wire {
  return name === 'hub' ? new HubWire() : new SocketIoWire()
}
