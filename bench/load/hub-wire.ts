import { randomBytes } from 'node:crypto'
import { OPCODE } from './client-frame.ts'
import { isDigit, readDigits } from './digits.ts'
import { NUMBER_WIDTH } from './stamp.ts'
import type { PublishText, Reply, Wire } from './wire.ts'

const ACK_HEAD = Buffer.from('{"type":"ack","id":"')
const TYPE = /^\{"type":"([^"]+)"(?:,"id":"([^"]*)")?/
const CODE = /"code":"([^"]+)"/
const ID_PREFIX_BYTES = 4
const CLOSING_BRACE = 0x7D
const COLON = 0x3A
const RESERVED_NUMBER = ''.padEnd(NUMBER_WIDTH, '0')

/** wshub's own envelope (`hub.v1`), which the plain hubs of the benchmark speak too. */
export class HubWire implements Wire {
  readonly path: string = '/ws'
  readonly opcode = OPCODE.text
  readonly hello = undefined
  /** An id is an idempotency key for some minutes: no two runs share any. */
  readonly #idPrefix = randomBytes(ID_PREFIX_BYTES).toString('hex')
  readonly #ackNumberAt = ACK_HEAD.length + this.#idPrefix.length

  join (room: string): string {
    return JSON.stringify({ type: 'join_room', id: 'join', room })
  }

  publish (room: string, content: string): PublishText {
    const id = `${this.#idPrefix}${RESERVED_NUMBER}`
    const text = JSON.stringify({ type: 'send_message', id, room, payload: { content } })
    return { text, numberAt: text.indexOf(id) + this.#idPrefix.length }
  }

  ackNumber (bytes: Buffer, start: number, end: number): number {
    const isAck = end - start > this.#ackNumberAt + NUMBER_WIDTH && beginsWith(bytes, start, ACK_HEAD)
    return isAck ? readDigits(bytes, start + this.#ackNumberAt, NUMBER_WIDTH) : -1
  }

  /** It stands last: `"seq":7}`. */
  seq (bytes: Buffer, end: number): number {
    if (bytes[end - 1] !== CLOSING_BRACE) return 0
    let before = end - 2
    while (isDigit(bytes[before])) before -= 1
    return bytes[before] === COLON ? readDigits(bytes, before + 1, end - 2 - before) : 0
  }

  reply (frame: Buffer): Reply {
    const text = frame.toString()
    const [, type, id = ''] = TYPE.exec(text) ?? []
    const number = id.startsWith(this.#idPrefix) ? Number(id.slice(this.#idPrefix.length)) : undefined
    if (type === 'room_info') return { kind: 'joined' }
    if (type === 'error') return { kind: 'refused', code: CODE.exec(text)?.[1] ?? 'unknown', number }
    return { kind: 'other' }
  }
}

function beginsWith (bytes: Buffer, at: number, head: Buffer): boolean {
  for (let index = 0; index < head.length; index++) {
    if (bytes[at + index] !== head[index]) return false
  }
  return true
}
