import { randomBytes } from 'node:crypto'
import { OPCODE } from './client-frame.ts'
import { readDigits } from './digits.ts'
import { NUMBER_WIDTH } from './stamp.ts'
import type { PublishText, Reply, Wire } from './wire.ts'

/** Fields of a frame, and types that go as a number (`src/protocol/protobuf/hub.proto`). */
const FIELD = { known: 1, id: 3, room: 4, payload: 5 } as const
const TYPE = { joinRoom: 1, sendMessage: 3, ack: 16, error: 17, roomInfo: 18 } as const

const [VARINT, BYTES] = [0, 2]
const MORE = 0x80
const CODE = /"code":"([^"]+)"/
const ID_PREFIX_BYTES = 4
const RESERVED_NUMBER = ''.padEnd(NUMBER_WIDTH, '0')
const TYPE_AT = 1
/** The id is the first text, behind a type of two bytes and its own key and length. */
const ID_AT = 4
const ID_LENGTH_AT = 3
const ID_KEY = FIELD.id << 3 | BYTES

/** wshub's binary dialect (`protobuf.v1`). */
export class ProtobufWire implements Wire {
  readonly path = '/ws?dialect=protobuf.v1'
  readonly opcode = OPCODE.binary
  readonly hello = undefined
  /** An id is an idempotency key for some minutes: no two runs share any. */
  readonly #idPrefix = randomBytes(ID_PREFIX_BYTES).toString('hex')
  readonly #numberAt = ID_AT + this.#idPrefix.length

  join (room: string): Buffer {
    return frameOf(TYPE.joinRoom, [[FIELD.id, 'join'], [FIELD.room, room]])
  }

  publish (room: string, content: string): PublishText {
    const id = `${this.#idPrefix}${RESERVED_NUMBER}`
    const text = frameOf(TYPE.sendMessage, [[FIELD.id, id], [FIELD.room, room], [FIELD.payload, JSON.stringify({ content })]])
    return { text, numberAt: this.#numberAt }
  }

  ackNumber (bytes: Buffer, start: number, end: number): number {
    const isAck = bytes[start + TYPE_AT] === TYPE.ack && end - start > this.#numberAt + NUMBER_WIDTH && bytes[start + ID_LENGTH_AT] === this.#idLength
    return isAck ? readDigits(bytes, start + this.#numberAt, NUMBER_WIDTH) : -1
  }

  seq (): number {
    return 0
  }

  reply (frame: Buffer): Reply {
    const type = frame[TYPE_AT]
    if (type === TYPE.roomInfo) return { kind: 'joined' }
    if (type !== TYPE.error) return { kind: 'other' }
    const hasNumber = frame[2] === ID_KEY && frame[ID_LENGTH_AT] === this.#idLength
    const number = hasNumber ? readDigits(frame, this.#numberAt, NUMBER_WIDTH) : undefined
    return { kind: 'refused', code: CODE.exec(frame.toString())?.[1] ?? 'unknown', number }
  }

  get #idLength (): number {
    return this.#idPrefix.length + NUMBER_WIDTH
  }
}

function frameOf (type: number, texts: ReadonlyArray<readonly [field: number, text: string]>): Buffer {
  return Buffer.concat([Buffer.from([FIELD.known << 3 | VARINT, type]), ...texts.flatMap(([field, text]) => {
    const bytes = Buffer.from(text)
    return [Buffer.from([field << 3 | BYTES, ...varint(bytes.length)]), bytes]
  })])
}

function varint (value: number): number[] {
  return value < MORE ? [value] : [value % MORE + MORE, ...varint(Math.floor(value / MORE))]
}
