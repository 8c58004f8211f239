import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { JsonText } from '../../../src/json-text.ts'
import type { Delivery } from '../../../src/protocol/dialect.ts'
import { hubV1 } from '../../../src/protocol/dialects/hub-v1.ts'
import { dialects } from '../../../src/protocol/dialects/index.ts'
import { protobufV1 } from '../../../src/protocol/dialects/protobuf-v1.ts'
import { requestTypes } from '../../../src/protocol/reserved-types.ts'
import { notification } from '../../../src/protocol/schemas/notification-frame.ts'
import { serverMessages } from '../../../src/protocol/schemas/server-messages.ts'
import { decodeFrame, encodeRequest } from '../../support/hub-proto.ts'

const NOW = '2026-01-02T03:04:05.678Z'

const text = fc.string({ unit: 'binary' })
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
const delivery: fc.Arbitrary<Delivery> = fc.record({
  event: fc.record({
    type: fc.oneof(fc.constantFrom(...serverMessages.map(({ type }) => type)), text.filter((type) => type !== '')),
    id: text,
    room: text,
    payload: fc.oneof(fc.constant(null), fc.jsonValue(), fc.jsonValue().map((value) => new JsonText(JSON.stringify(value)))),
    sender: fc.record({ id: text, name: text }),
    timestamp: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z') }).map((date) => date.toISOString())
  }, { requiredKeys: ['type', 'payload', 'timestamp'] }),
  position: optional(fc.record({ epoch: text, seq: fc.nat({ max: Number.MAX_SAFE_INTEGER }) })),
  topic: text,
  error: optional(fc.constant({ code: 'MISSING_ROOM', message: 'room is required', severity: 'client' } as const))
})

t.test('protobuf.v1 is known by its name, and binary (S3-87)', async (t) => {
  t.equal(dialects.get('protobuf.v1'), protobufV1)
  t.equal(protobufV1.wire, 'binary')
})

t.test('a frame says what that of hub.v1 says, as the reference implementation reads it, whatever it holds (S3-87)', async () => {
  fc.assert(fc.property(delivery, (delivery) => {
    const wanted = JSON.parse(hubV1.encode(delivery))
    return isDeepStrictEqual(sorted(decodeFrame(protobufV1.encode(delivery))), sorted(wanted))
  }))
})

for (const { type, schema } of [...serverMessages, notification]) {
  t.test(`the examples of ${type} come over as they are`, async (t) => {
    const examples: unknown = schema['examples']
    for (const { seq, topic, error, ...event } of Array.isArray(examples) ? examples : []) {
      const delivery = {
        event,
        ...(seq !== undefined && { position: { epoch: 'e', seq }, topic: topic ?? `room:${event.room}` }),
        ...(error !== undefined && { error: event.payload })
      }
      t.strictSame(sorted(decodeFrame(protobufV1.encode(delivery))), sorted({ ...event, ...(seq !== undefined && { seq }), ...(topic !== undefined && { topic }), ...(error !== undefined && { error }) }))
    }
  })
}

t.test('a request says what that of hub.v1 says, as the reference implementation writes it', async () => {
  const request = fc.record({
    type: fc.oneof(fc.constantFrom(...requestTypes), text.filter((type) => type !== '')),
    id: text,
    room: text,
    payload: fc.jsonValue()
  }, { requiredKeys: ['type'] })
  fc.assert(fc.property(request, (request) => isDeepStrictEqual(protobufV1.decode(encodeRequest(request)), hubV1.decode(JSON.stringify(request)))))
})

t.test('a frame without a type cannot be handled, but its id is known', async (t) => {
  const request = protobufV1.decode(Buffer.from('\x1a\x01a'))
  t.match(request, { type: '', id: 'a', payload: null, flaw: { code: 'INVALID_FORMAT', message: 'invalid message format: /type: expected a non-empty string' } })
})

t.test('a payload that is no JSON is INVALID_FORMAT, with the id of its request', async (t) => {
  for (const payload of ['', '{', 'hello', '{"a":1}x', '\ufeff{}']) {
    const bytes = Buffer.concat([encodeRequest({ type: 'publish', id: 'a' }), Buffer.from([0x2a, Buffer.byteLength(payload)]), Buffer.from(payload)])
    t.match(protobufV1.decode(bytes), { id: 'a', payload: null, flaw: { code: 'INVALID_FORMAT', message: 'invalid message format: /payload: expected JSON' } }, payload)
  }
})

t.test('what must not be handed on is named as in hub.v1', async (t) => {
  const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
  for (const payload of [JSON.parse('{"__proto__":1}'), { constructor: { prototype: 1 } }, deep(32), deep(33), deep(1_000)]) {
    const request = { type: 'publish', id: '1', payload }
    t.strictSame(protobufV1.decode(encodeRequest(request)).flaw, hubV1.decode(JSON.stringify(request)).flaw)
  }
  t.equal(protobufV1.decode(encodeRequest({ type: 'publish', payload: deep(33) })).flaw?.code, 'INVALID_PAYLOAD')
})

t.test('a payload of JSON text is passed on as it is, and null takes no room', async (t) => {
  const payload = new JsonText('{ "spaces":  1.50 }')
  t.ok(protobufV1.encode({ event: { type: 'message', payload, timestamp: NOW } }).includes(payload.text))
  t.same(protobufV1.encode({ event: { type: 'pong', payload: null, timestamp: new Date(0).toISOString() } }), Buffer.from([0x08, 32, 0x38, 0]))
})

t.test('what an application in JavaScript gives for a name is a text, and no frame spoils another', async (t) => {
  const event = { type: 'message', payload: null, timestamp: NOW }
  const encode = (more: object) => decodeFrame(protobufV1.encode({ event: { ...event, ...more } }))
  t.match(encode({ id: 5, sender: { id: 7 } }), { id: '5', sender: { id: '7', name: '' } })
  t.throws(() => encode({ id: 'left behind', sender: { id: Object.create(null) } }), TypeError)
  t.strictSame(encode({ room: 'r' }), { ...event, room: 'r' })
})

/** The order of fields says nothing; prototypes neither. */
function sorted (value: object): unknown {
  return JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))))
}
