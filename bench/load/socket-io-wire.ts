import { OPCODE } from './client-frame.ts'
import { readNumber } from './digits.ts'
import { NUMBER_WIDTH } from './stamp.ts'
import type { PublishText, Reply, Wire } from './wire.ts'

/** Engine.IO packets (version 4), and Socket.IO packets within messages (version 5 of that protocol). */
const PING = '2'
const PONG = '3'
const CONNECT = '40'
const EVENT = '42'
const ACK = '43'
const CONNECT_ERROR = '44'
const [FOUR, THREE] = [0x34, 0x33]
/** Ack ids of messages begin with a 1, so that all have the same width; a join has the id 0. */
const MESSAGE_ID_BASE = 10 ** NUMBER_WIDTH
const JOIN_ID = '0'

/** Socket.IO over the WebSocket transport alone: every request is an event with a callback. */
export class SocketIoWire implements Wire {
  readonly path = '/socket.io/?EIO=4&transport=websocket'
  readonly opcode = OPCODE.text
  readonly hello = CONNECT

  join (room: string): string {
    return `${EVENT}${JOIN_ID}${JSON.stringify(['join_room', { room }])}`
  }

  publish (room: string, content: string): PublishText {
    const text = `${EVENT}${MESSAGE_ID_BASE}${JSON.stringify(['send_message', { room, payload: { content } }])}`
    return { text, numberAt: EVENT.length + 1 }
  }

  ackNumber (bytes: Buffer, start: number): number {
    if (bytes[start] !== FOUR || bytes[start + 1] !== THREE) return -1
    return Math.max(-1, readNumber(bytes, start + ACK.length) - MESSAGE_ID_BASE)
  }

  seq (): number {
    return 0
  }

  reply (frame: Buffer): Reply {
    const text = frame.toString()
    if (text.startsWith(`${ACK}${JOIN_ID}[`)) return { kind: 'joined' }
    if (text.startsWith(CONNECT)) return { kind: 'ready' }
    if (text.startsWith(CONNECT_ERROR)) return { kind: 'refused', code: text.slice(CONNECT_ERROR.length), number: undefined }
    return text === PING ? { kind: 'probe', answer: PONG } : { kind: 'other' }
  }
}
