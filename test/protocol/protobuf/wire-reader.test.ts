import fc from 'fast-check'
import t from 'tap'
import { HubError } from '../../../src/errors.ts'
import { readClientFrame } from '../../../src/protocol/protobuf/client-frame.ts'
import { WireReader } from '../../../src/protocol/protobuf/wire-reader.ts'
import { encodeRequest } from '../../support/hub-proto.ts'

const PING = [0x08, 14]
const NOTHING = { id: undefined, room: undefined, payload: undefined }

const hostile: Readonly<Record<string, number[]>> = {
  'a key that is cut off': [0x88],
  'a key without its value': [0x08],
  'a number that is cut off': [0x08, 0x80, 0x80],
  'a number of eleven bytes': [0x08, ...Array<number>(10).fill(0x80), 0x01],
  'a number without end': Array<number>(100).fill(0xff),
  'a length beyond the frame': [0x1a, 5, 0x61],
  'a length of 4 GB': [0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f],
  'a length of 2^63': [0x1a, ...Array<number>(9).fill(0xff), 0x01],
  'an unknown field longer than the frame': [0x7a, 5, 0x61],
  'an unknown field of four bytes in three': [0x7d, 1, 2, 3],
  'an unknown field of eight bytes in seven': [0x79, 1, 2, 3, 4, 5, 6, 7],
  'field number 0': [0x00, 1],
  'field number 2^29': [0x80, 0x80, 0x80, 0x80, 0x10, 1],
  'the begin of a group': [0x7b],
  'a whole group': [0x7b, 0x7c],
  'groups in groups': Array<number>(1_000).fill(0x7b),
  'the end of a group': [0x7c],
  'wire type 6': [0x7e, 1],
  'wire type 7': [0x7f, 1],
  'a text that is no UTF-8': [0x1a, 2, 0xc3, 0x28],
  'an overlong form in a text': [0x1a, 2, 0xc0, 0xaf],
  'half of a surrogate pair in a text': [0x1a, 3, 0xed, 0xa0, 0x80],
  'a text as a number': [0x18, 1],
  'a type as a text': [0x0a, 1, 0x61]
}

for (const [what, bytes] of Object.entries(hostile)) {
  t.test(`${what} is INVALID_FORMAT, before a sound field and behind it`, async (t) => {
    t.throws(() => readClientFrame(Buffer.from(bytes)), { name: 'HubError', code: 'INVALID_FORMAT', message: /^invalid message format: expected/ })
    t.throws(() => readClientFrame(Buffer.from([...PING, ...bytes])), { code: 'INVALID_FORMAT' })
  })
}

t.test('unknown fields of any kind are passed over', async (t) => {
  const unknown = [0x78, 0xff, 0xff, 0x03, 0x7a, 2, 0xff, 0xfe, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0xfa, 0xff, 0xff, 0xff, 0x0f, 1, 9]
  t.strictSame(readClientFrame(Buffer.from([...unknown, ...PING, ...unknown])), { ...NOTHING, type: 'ping' })
})

t.test('of a field that is there more than once the last one counts', async (t) => {
  const [first, second] = [encodeRequest({ type: 'ping', id: '1', room: 'a', payload: 1 }), encodeRequest({ type: 'vote', id: '2', room: 'b', payload: 2 })]
  t.strictSame(readClientFrame(Buffer.concat([first, second])), { type: 'vote', id: '2', room: 'b', payload: '2' })
})

t.test('a number that is nobody\'s makes a type that nobody has, and none at all an empty one', async (t) => {
  t.equal(readClientFrame(Buffer.from([0x08, 0x80, 0x01])).type, '#128')
  t.match(readClientFrame(Buffer.from([0x08, ...Array<number>(9).fill(0xff), 0x01])).type, /^#\d/)
  t.strictSame(readClientFrame(Buffer.alloc(0)), { ...NOTHING, type: '' })
})

t.test('a sign that stands for what cannot be read may also be meant', async (t) => {
  t.equal(readClientFrame(encodeRequest({ type: 'ping', id: 'a\ufffdb' })).id, 'a\ufffdb')
})

t.test('numbers of all 64 bits are read, those beyond 2^53 nearly', async (t) => {
  const number = (...bytes: number[]): number => {
    const reader = new WireReader(Buffer.from([0x08, ...bytes]))
    reader.field()
    return reader.number()
  }
  t.equal(number(0x00), 0)
  t.equal(number(0xff, 0xff, 0xff, 0xff, 0x0f), 2 ** 32 - 1)
  t.equal(number(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f), Number.MAX_SAFE_INTEGER)
  t.equal(number(...Array<number>(9).fill(0xff), 0x01), 2 ** 64)
})

t.test('whatever bytes come, they are read or refused with INVALID_FORMAT', async () => {
  const frame = fc.uint8Array({ maxLength: 60 })
  const bent = fc.tuple(fc.record({ type: fc.constantFrom('ping', 'vote'), id: fc.string(), payload: fc.jsonValue() }), fc.nat(), fc.nat({ max: 255 })).map(([request, at, byte]) => {
    const bytes = encodeRequest(request)
    bytes[at % bytes.length] = byte
    return bytes
  })
  fc.assert(fc.property(fc.oneof(frame, bent), (bytes) => isReadOrRefused(Buffer.from(bytes))), { numRuns: 2_000 })
})

function isReadOrRefused (bytes: Buffer): boolean {
  try {
    return typeof readClientFrame(bytes).type === 'string'
  } catch (error) {
    return error instanceof HubError && error.code === 'INVALID_FORMAT'
  }
}
