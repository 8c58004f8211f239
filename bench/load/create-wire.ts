import { DialectWire } from './dialect-wire.ts'
import { HubWire } from './hub-wire.ts'
import { ProtobufWire } from './protobuf-wire.ts'
import { SocketIoWire } from './socket-io-wire.ts'
import type { Wire, WireName } from './wire.ts'

type Wires = readonly [Wire, ...Wire[]]

/** The wires of a name, which the members of a run take in turn. */
export function createWires (name: WireName): Wires {
  switch (name) {
    case 'hub': return [new HubWire()]
    case 'protobuf': return [new ProtobufWire()]
    case 'socket.io': return [new SocketIoWire()]
    case 'mixed': return [new HubWire(), ...['notify.v1', 'pubsub.v1', 'events.v1', 'flat.v1'].map((dialect) => new DialectWire(dialect)), new ProtobufWire()]
  }
}

/** The wire of a name; of several the first. */
export function createWire (name: WireName): Wire {
  return createWires(name)[0]
}
