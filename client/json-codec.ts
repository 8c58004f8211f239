import type { Codec } from './codec.ts'
import { isRecord, type Message } from './protocol.ts'

/** JSON, the form of `hub.v1`. */
export const jsonCodec: Codec = {
  subprotocol: 'hub.v1',
  encode: (said) => JSON.stringify(said),
  decode: (data) => {
    const frame: unknown = typeof data === 'string' ? JSON.parse(data) : undefined
    return isMessage(frame) ? frame : undefined
  }
}

/** The rest of a frame is taken as the protocol has it: the service checks what it sends. */
function isMessage (frame: unknown): frame is Message {
  return isRecord(frame) && typeof frame['type'] === 'string'
}
