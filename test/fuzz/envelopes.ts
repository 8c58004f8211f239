import { numberOfType } from '../../src/protocol/protobuf/types.ts'
import type { Random } from '../faults/random.ts'
import type { Request } from './conversation.ts'
import { hostileNames, hostileValue, notEnvelopes } from './hostile.ts'
import { breakText, mutate, render, type Entry } from './json-mutation.ts'

/** What a message of a client is made of, and what has been done to it. */
export interface Message {
  readonly content: string | Buffer
  /** `sound`, `mutated` (still JSON, or still fields) or `broken`. */
  readonly state: 'sound' | 'mutated' | 'broken'
}

const MUTATED_SHARE = 0.68
const BROKEN_SHARE = 0.12
/** Varints that end too late, too large fields, groups, field 0, unknown fields: all that a reader of Protocol Buffers has to survive. */
const oddFields: readonly Buffer[] = ['00', '0a', '0affffffff0f', '0a80808080808080808001', '08ffffffffffffffffff01', '080e', '0800', '08ff01', '0b', '0c', '0d01020304', '0901020304050607', '32036162', '7a00', 'f8ffffff0f01', '12ff', '1a02c328', '2a03ed a080'.replace(' ', '')]
  .map((hex) => Buffer.from(hex, 'hex'))

/** A request as a client of the dialect would send it, often with something wrong. */
export function makeMessage (dialect: string, request: Request, random: Random): Message {
  const fate = random.next()
  const isBroken = fate < BROKEN_SHARE
  const times = fate < BROKEN_SHARE + MUTATED_SHARE ? random.integer(isBroken ? 0 : 1, 3) : 0
  const state = isBroken ? 'broken' : times > 0 ? 'mutated' : 'sound'
  if (dialect === 'protobuf.v1') return { content: binaryMessage(request, random, state), state }
  const text = render(mutate(entriesFor(dialect, request), random, times), random)
  return { content: isBroken ? breakText(text, random) : text, state }
}

/** A sound `ping` with an id: its answer names the id. */
export function pingMessage (dialect: string, id: string): string | Buffer {
  return dialect === 'protobuf.v1' ? Buffer.concat(fieldsOf({ type: 'ping', id })) : `{"type":"ping","id":"${id}"}`
}

function entriesFor (dialect: string, { type, id, room, payload }: Request): readonly Entry[] {
  const isFlatChat = dialect === 'flat.v1' && type === 'send_message'
  const head: Entry[] = [['type', JSON.stringify(isFlatChat ? 'message' : type)]]
  if (id !== undefined) head.push(['id', JSON.stringify(id)])
  if (room !== undefined) head.push(['room', JSON.stringify(room)])
  if (isFlatChat) return [...head, ['text', '"hello"']]
  if (payload !== undefined) head.push([dialect === 'hub.v1' ? 'payload' : 'data', payload])
  return head
}

function binaryMessage (request: Request, random: Random, state: Message['state']): Buffer {
  const fields = fieldsOf(request)
  if (state === 'sound') return Buffer.concat(fields)
  if (state === 'mutated') return Buffer.concat(mutateFields(fields, random))
  return breakBytes(Buffer.concat(mutateFields(fields, random)), random)
}

function mutateFields (fields: readonly Buffer[], random: Random): readonly Buffer[] {
  const at = random.integer(0, fields.length - 1)
  const other = [textField(random.integer(2, 5), random.chance(0.5) ? random.pick(hostileNames) : hostileValue(random)), random.pick(oddFields), varintField(1, random.integer(0, 40))][random.integer(0, 2)]
  switch (random.integer(0, 3)) {
    case 0: return fields.toSpliced(at, 1)
    case 1: return fields.toSpliced(at, 1, other ?? Buffer.alloc(0))
    case 2: return [...fields, other ?? Buffer.alloc(0)]
    default: return random.shuffle([...fields, ...fields])
  }
}

function breakBytes (bytes: Buffer, random: Random): Buffer {
  if (random.chance(0.2)) return Buffer.from(random.pick(notEnvelopes))
  const at = random.integer(0, bytes.length)
  if (random.chance(0.5)) return bytes.subarray(0, at)
  const copy = Buffer.from(bytes)
  if (at < copy.length) copy[at] = random.integer(0, 255)
  return copy
}

function fieldsOf ({ type, id, room, payload }: Request): Buffer[] {
  const number = numberOfType(type)
  const fields = [number === undefined ? textField(2, type) : varintField(1, number)]
  if (id !== undefined) fields.push(textField(3, id))
  if (room !== undefined) fields.push(textField(4, room))
  if (payload !== undefined) fields.push(textField(5, payload))
  return fields
}

function varintField (field: number, value: number): Buffer {
  return Buffer.from([field << 3, value & 0x7f])
}

function textField (field: number, text: string): Buffer {
  const bytes = Buffer.from(text)
  const length: number[] = []
  for (let rest = bytes.length; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.concat([Buffer.from([field << 3 | 2, ...length, rest]), bytes])
    length.push(rest & 0x7f | 0x80)
  }
}
