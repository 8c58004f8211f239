import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { protobufCodec } from '../../client/binary/codec.ts'
import { momentOf } from '../../client/binary/moment.ts'
import type { Message } from '../../client/index.ts'
import { requestTypes, serverTypes } from '../../src/protocol/reserved-types.ts'
import { decodeRequest, encodeFrame } from '../support/hub-proto.ts'

const NOW = '2026-01-02T03:04:05.678Z'

const text = fc.string({ unit: 'binary' })
const name = text.filter((value) => value !== '')
const frame = fc.record({
  type: fc.oneof(fc.constantFrom(...serverTypes), name),
  id: text,
  room: text,
  payload: fc.jsonValue(),
  sender: fc.record({ id: text, name: text }),
  timestamp: fc.date({ noInvalidDate: true, min: new Date(1), max: new Date('9999-12-31T23:59:59.999Z') }).map((date) => date.toISOString()),
  seq: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  topic: text,
  error: text
}, { requiredKeys: ['type', 'payload', 'timestamp'] })

t.test('the SDK reads what the reference implementation writes, whatever it says (S3-87)', async () => {
  fc.assert(fc.property(frame, (frame) => isDeepStrictEqual(plain(decode(encodeFrame(frame))), plain(frame))))
})

t.test('the reference implementation reads what the SDK writes, whatever it says (S3-87)', async () => {
  const said = fc.record({ type: fc.oneof(fc.constantFrom(...requestTypes), name), id: text, room: text, payload: fc.jsonValue() }, { requiredKeys: ['type', 'id'] })
  fc.assert(fc.property(said, (said) => isDeepStrictEqual(plain(decodeRequest(encode(said))), plain({ payload: null, ...said }))))
})

t.test('long texts go out whole, and what is said next is not touched by them', async (t) => {
  const long = { type: 'publish', id: '1', payload: '€'.repeat(100_000) }
  t.strictSame(plain(decodeRequest(encode(long))), plain(long))
  t.strictSame(plain(decodeRequest(encode({ type: 'ping', id: '2' }))), plain({ type: 'ping', id: '2', payload: null }))
})

t.test('a payload that JSON cannot hold is thrown, and spoils nothing', async (t) => {
  t.throws(() => encode({ type: 'publish', id: '1', payload: 1n }), TypeError)
  t.throws(() => encode(JSON.parse('{"type":"publish","id":"left behind","room":5}')), RangeError)
  t.equal(encode({ type: 'ping' }).length, 2)
})

t.test('what no frame of the service is cannot be read', async (t) => {
  const unreadable = [[], [0x08], [0x08, 0], [0x0a, 5, 0x61], [0x08, 14, 0x2a, 1, 0x7b], [0x08, 14, 0x7b], [0x08, 14, 0x7d, 1], [0x08, 14, ...Array<number>(20).fill(0xff)]]
  for (const bytes of unreadable) t.equal(readable(Uint8Array.from(bytes)), false, bytes.join())
  for (const data of ['{"type":"pong"}', null, undefined, {}]) t.equal(protobufCodec.decode(data), undefined)
})

t.test('whatever bytes come, they are read or not, in time', async () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => typeof readable(bytes) === 'boolean'), { numRuns: 1_000 })
})

t.test('what a later service adds is passed over: fields, types by number', async (t) => {
  const pong = encodeFrame({ type: 'pong', payload: null, timestamp: NOW })
  const more = [0x78, 0x80, 0x01, 0x7a, 1, 0xff, 0x7d, 1, 2, 3, 4, 0x79, 1, 2, 3, 4, 5, 6, 7, 8]
  t.strictSame(decode(Buffer.from([...more, ...pong, ...more])), { type: 'pong', payload: null, timestamp: NOW })
  t.equal(decode(Buffer.from([0x08, 99]))?.type, '#99')
  const sender = Buffer.from('\x08\x16\x32\x08\x0a\x01a\x12\x01b\x78\x07')
  t.strictSame(decode(sender)?.sender, { id: 'a', name: 'b' })
})

t.test('times are those of the service to the millisecond, in whatever order they come', async (t) => {
  for (const time of [NOW, '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:06.001Z', '1970-01-01T00:00:00.000Z', NOW, '2099-12-31T23:59:59.999Z']) t.equal(momentOf(Date.parse(time)), time)
})

function encode (said: Parameters<typeof protobufCodec.encode>[0]): Uint8Array {
  const bytes = protobufCodec.encode(said)
  if (typeof bytes === 'string') throw new Error('expected bytes')
  return bytes
}

function decode (bytes: Uint8Array): Message | undefined {
  return protobufCodec.decode(Uint8Array.from(bytes).buffer)
}

function readable (bytes: Uint8Array): boolean {
  try {
    return decode(bytes) !== undefined
  } catch {
    return false
  }
}

/** The order of fields says nothing. */
function plain (value: object | undefined): unknown {
  return JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(value ?? {}).sort(([a], [b]) => a < b ? -1 : 1))))
}
