import { BINARY, CLOSE, PING, PONG, TEXT } from '../support/wire-frames.ts'
import type { Random } from '../faults/random.ts'
import type { FrameWriter } from './frame-writer.ts'

/** What a client does that is the end of its connection. */
export interface Breaker {
  readonly name: string
  /** Close codes of which the service has to answer with one; any of its own when undefined. */
  readonly codes?: readonly number[]
  /** How the client leaves, where it is it that does. */
  readonly leaves?: 'end' | 'reset'
  write (writer: FrameWriter, random: Random, dialect: string): void
}

const CONTINUATION = 0
const HUGE = [2n ** 63n, 2n ** 64n - 1n, 2n ** 53n, 2n ** 32n, 262_145n]
const badUtf8: readonly Buffer[] = ['c3', 'c328', 'ff', 'fe', 'eda080', 'f4908080', 'f8888080', 'c080', 'e28202', '80', 'f09f98'].map((hex) => Buffer.from(hex, 'hex'))
const badCodes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]
const goodCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4001, 4002, 4999]

const wireOf = (dialect: string): number => dialect === 'protobuf.v1' ? BINARY : TEXT

/** All ways to break a connection. */
export const breakers: readonly Breaker[] = [
  { name: 'reserved opcode', codes: [1002], write: (writer, random) => writer.frame({ opcode: random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), fin: random.chance(0.8) }, 'x') },
  { name: 'reserved bits', codes: [1002], write: (writer, random, dialect) => writer.frame({ opcode: random.pick([wireOf(dialect), PING, CLOSE, CONTINUATION]), rsv: random.integer(1, 7) }, 'x') },
  { name: 'no mask', codes: [1002], write: (writer, random, dialect) => writer.frame({ opcode: random.pick([wireOf(dialect), PING]), isMasked: false }, '{"type":"ping"}') },
  { name: 'control frame in pieces', codes: [1002], write: (writer, random) => writer.frame({ opcode: random.pick([PING, PONG, CLOSE]), fin: false }, 'x') },
  { name: 'control frame too long', codes: [1002], write: (writer, random) => writer.frame({ opcode: random.pick([PING, PONG, CLOSE]) }, 'x'.repeat(random.integer(126, 300))) },
  { name: 'continuation of nothing', codes: [1002], write: (writer, random) => writer.frame({ opcode: CONTINUATION, fin: random.chance(0.5) }, 'x') },
  { name: 'message within a message', codes: [1002], write: (writer, random, dialect) => { writer.frame({ opcode: wireOf(dialect), fin: false }, '{"type":'); writer.frame({ opcode: random.pick([TEXT, BINARY]) }, '"ping"}') } },
  { name: 'bad UTF-8', codes: [1007], write: (writer, random) => writer.frame({ opcode: TEXT }, Buffer.concat([Buffer.from('{"type":"'), random.pick(badUtf8), Buffer.from('"')])) },
  { name: 'bad UTF-8 in pieces', codes: [1007], write: (writer, random) => { writer.frame({ opcode: TEXT, fin: false }, random.pick(badUtf8)); writer.frame({ opcode: CONTINUATION }, '"') } },
  { name: 'too long', codes: [1009, 1002], write: (writer, random, dialect) => writer.frame({ opcode: wireOf(dialect), claimedLength: random.pick(HUGE), form: 'long' }, 'x') },
  { name: 'too long in pieces', codes: [1009], write: (writer, _random, dialect) => { for (let piece = 0; piece < 6; piece += 1) writer.frame({ opcode: piece === 0 ? wireOf(dialect) : CONTINUATION, fin: false }, 'x'.repeat(50_000)) } },
  { name: 'too many pieces', codes: [1008], write: (writer, random, dialect) => { const size = random.integer(0, 2); for (let piece = 0; piece <= 1_024; piece += 1) writer.frame({ opcode: piece === 0 ? wireOf(dialect) : CONTINUATION, fin: false }, 'x'.repeat(size)) } },
  { name: 'close with a bad code', codes: [1002], write: (writer, random) => writer.frame({ opcode: CLOSE }, closePayload(random.pick(badCodes), 'x')) },
  { name: 'close with half a code', codes: [1002], write: (writer) => writer.frame({ opcode: CLOSE }, 'x') },
  { name: 'close with a bad reason', codes: [1007], write: (writer, random) => writer.frame({ opcode: CLOSE }, closePayload(1000, random.pick(badUtf8))) },
  { name: 'close', write: (writer, random) => writer.frame({ opcode: CLOSE }, closePayload(random.pick(goodCodes), random.chance(0.5) ? '' : 'é'.repeat(60))) },
  { name: 'close without a code', write: (writer) => writer.frame({ opcode: CLOSE }) },
  { name: 'close within a message', write: (writer, _random, dialect) => { writer.frame({ opcode: wireOf(dialect), fin: false }, '{'); writer.frame({ opcode: CLOSE }, closePayload(1000, '')) } },
  { name: 'other kind of frame', codes: [1000, 1003], write: (writer, _random, dialect) => { writer.frame({ opcode: wireOf(dialect) === TEXT ? BINARY : TEXT }, '{"type":"ping"}'); writer.frame({ opcode: CLOSE }, closePayload(1000, '')) } },
  { name: 'bytes by chance', leaves: 'end', write: (writer, random) => writer.bytes(Buffer.from(Array.from({ length: random.integer(1, 200) }, () => random.integer(0, 255)))) },
  { name: 'a head by chance', leaves: 'end', write: (writer, random) => writer.bytes(Buffer.concat([Buffer.from(Array.from({ length: random.integer(1, 14) }, () => random.integer(0, 255))), Buffer.from('{"type":"ping"}')])) },
  { name: 'end within a frame', leaves: 'end', write: cut },
  { name: 'reset within a frame', leaves: 'reset', write: cut },
  { name: 'end', leaves: 'end', write: (writer) => writer.frame({ opcode: PONG }) },
  { name: 'reset', leaves: 'reset', write: (writer) => writer.frame({ opcode: PONG }) },
  { name: 'end within a message', leaves: 'end', write: (writer, _random, dialect) => writer.frame({ opcode: wireOf(dialect), fin: false }, '{"type":"ping"') }
]

function cut (writer: FrameWriter, random: Random, dialect: string): void {
  writer.frame({ opcode: wireOf(dialect), claimedLength: random.pick([10, 125, 126, 1_000, 65_536, 200_000]) }, 'x'.repeat(random.integer(0, 9)))
}

function closePayload (code: number, reason: string | Buffer): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(code)
  return Buffer.concat([head, Buffer.from(reason)])
}
