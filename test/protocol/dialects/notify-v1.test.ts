import fc from 'fast-check'
import t from 'tap'
import type { Identity } from '../../../src/auth/identity.ts'
import { HubError } from '../../../src/errors.ts'
import { JsonText } from '../../../src/json-text.ts'
import { dialects } from '../../../src/protocol/dialects/index.ts'
import { notifyV1 } from '../../../src/protocol/dialects/notify-v1.ts'
import type { Delivery } from '../../../src/protocol/dialect.ts'
import type { ErrorCode } from '../../../src/protocol/error-codes.ts'
import type { OutboundEvent } from '../../../src/relay/relay-message.ts'

const NOW = '2026-01-02T03:04:05.678Z'
const receiver: Identity = { userId: 'a', name: 'A', roles: [] }

const eventOf = (event: Partial<OutboundEvent>): OutboundEvent => ({ type: 'x', payload: null, timestamp: NOW, ...event })
const encoded = (event: Partial<OutboundEvent>, more: Partial<Delivery> = {}): unknown => {
  const text = notifyV1.encode({ event: eventOf(event), ...more })
  return text === undefined ? undefined : JSON.parse(text)
}
const refusal = (code: ErrorCode, message: string): unknown => {
  const error = new HubError(code, message).toPayload()
  return encoded({ type: 'error', payload: error }, { error, receiver })
}

t.test('notify.v1 is known by its name, and clients count on nothing beside its shape', async (t) => {
  t.equal(dialects.get('notify.v1'), notifyV1)
  t.same(notifyV1.habits, {})
})

t.test('type and data become a request, whatever else is there (S1-21)', async (t) => {
  t.strictSame(notifyV1.decode('{"type":"location_update","data":{"latitude":1},"x":3}'), {
    type: 'location_update', id: undefined, room: undefined, payload: { latitude: 1 }, flaw: undefined
  })
})

t.test('data goes before payload; where there is neither it is null', async (t) => {
  t.equal(notifyV1.decode('{"type":"p","data":1,"payload":2}').payload, 1)
  t.equal(notifyV1.decode('{"type":"p","payload":2}').payload, 2)
  for (const text of ['{"type":"p"}', '{"type":"p","data":null}']) t.equal(notifyV1.decode(text).payload, null, text)
  for (const falsy of ['0', '""', 'false']) t.equal(notifyV1.decode(`{"type":"p","data":${falsy}}`).payload, JSON.parse(falsy), falsy)
})

t.test('id and room count where they are such, and are passed over where they are something else', async (t) => {
  t.match(notifyV1.decode('{"type":"p","id":"1","room":"r"}'), { id: '1', room: 'r' })
  for (const other of ['7', 'null', '{}', '[]', '""']) t.equal(notifyV1.decode(`{"type":"p","id":${other}}`).id, undefined, other)
  for (const other of ['7', 'null', '{}', '[]']) t.equal(notifyV1.decode(`{"type":"p","room":${other}}`).room, undefined, other)
})

t.test('what is no JSON object is INVALID_FORMAT, and so is a type that is no text (S1-34, S1-39)', async (t) => {
  for (const text of ['', 'hello', '{', 'null', '[]', '"x"', '5', '{"type":"ping"}x']) {
    t.throws(() => notifyV1.decode(text), { code: 'INVALID_FORMAT', message: /^invalid message format/ }, text)
  }
  for (const text of ['{"type":5}', '{"type":{}}', '{"type":false}']) t.match(notifyV1.decode(text).flaw, { code: 'INVALID_FORMAT' }, text)
})

t.test('no type is one that nobody knows (S1-40)', async (t) => {
  for (const text of ['{}', '{"type":null}', '{"type":""}', '{"data":1}']) t.match(notifyV1.decode(text), { type: '', flaw: undefined }, text)
})

t.test('a flaw of the JSON is named in the request, with or without a type', async (t) => {
  t.equal(notifyV1.decode('{"type":"p","data":{"__proto__":1}}').flaw?.message, '/data/__proto__: expected no such key')
  t.equal(notifyV1.decode('{"data":{"__proto__":1}}').flaw?.message, '/data/__proto__: expected no such key')
})

t.test('a frame holds type and data and nothing else, though the event has more (S1-90)', async (t) => {
  t.equal(notifyV1.encode({ event: eventOf({ type: 'ride_pickup', payload: { ride_id: 'r' } }) }), '{"type":"ride_pickup","data":{"ride_id":"r"}}')
  t.strictSame(encoded({ id: 'm1', payload: 1 }, { position: { epoch: 'e', seq: 7 }, topic: 'user:a', origin: 'c1' }), { type: 'x', data: 1 })
})

t.test('no payload is null (S1-55)', async (t) => {
  for (const payload of [undefined, null, new JsonText('null')]) t.strictSame(encoded({ payload }), { type: 'x', data: null })
})

t.test('room and sender are named where there are such', async (t) => {
  t.strictSame(encoded({ room: 'r', sender: { id: 'a', name: 'A' } }), { type: 'x', room: 'r', sender: { id: 'a', name: 'A' }, data: null })
})

t.test('an answer has the id of its request', async (t) => {
  t.strictSame(encoded({ type: 'pong', id: '1' }, { receiver }), { type: 'pong', id: '1', data: null })
})

t.test('there is no greeting, and no notice that the document does not have', async (t) => {
  for (const type of ['connected', 'rate_warning', 'token_expiring', 'draining']) t.equal(encoded({ type }, { receiver }), undefined, type)
})

t.test('an ack goes to those who gave an id, or brought a result', async (t) => {
  t.equal(encoded({ type: 'ack', payload: { seq: 1, epoch: 'e' } }, { receiver }), undefined)
  t.strictSame(encoded({ type: 'ack', id: '1', payload: {} }, { receiver }), { type: 'ack', id: '1', data: {} })
  t.strictSame(encoded({ type: 'ack', payload: { result: 7 } }, { receiver }), { type: 'ack', data: { result: 7 } })
})

t.test('an error has code and message, without severity (S1-22, S1-32)', async (t) => {
  t.strictSame(refusal('VALIDATION_FAILED', 'match_id is required'), { type: 'error', data: { code: 'VALIDATION_FAILED', message: 'match_id is required' } })
})

t.test('an unknown type and a payload of the wrong form are INVALID_FORMAT, with their texts (S1-34, S1-40)', async (t) => {
  t.match(refusal('UNKNOWN_TYPE', 'unknown message type: dance'), { data: { code: 'INVALID_FORMAT', message: 'unknown message type: dance' } })
  t.match(refusal('INVALID_PAYLOAD', 'too deep'), { data: { code: 'INVALID_FORMAT', message: 'too deep' } })
})

t.test('texts call the content by the name that it has here', async (t) => {
  t.match(refusal('INVALID_PAYLOAD', '/payload/latitude: Expected number'), { data: { message: '/data/latitude: Expected number' } })
  t.match(refusal('INVALID_PAYLOAD', '/payload: Expected object'), { data: { message: '/data: Expected object' } })
  t.match(refusal('INVALID_PAYLOAD', '/payloads/x: no'), { data: { message: '/payloads/x: no' } })
  t.match(refusal('VALIDATION_FAILED', '/payload/x: no'), { data: { message: '/payload/x: no' } })
})

t.test('whatever is the server\'s fault is an INTERNAL_ERROR that says no more (S1-62)', async (t) => {
  for (const code of ['INTERNAL_ERROR', 'UNAVAILABLE'] as const) {
    t.match(refusal(code, 'the disk is full'), { data: { code: 'INTERNAL_ERROR', message: 'Internal server error' } })
  }
})

t.test('a matter of security is told in its fixed text (S1-63)', async (t) => {
  t.match(refusal('UNAUTHORIZED', 'the key of Bob'), { data: { code: 'UNAUTHORIZED', message: 'Authentication required' } })
})

t.test('what was sent as data arrives as data, whatever it is', async () => {
  fc.assert(fc.property(fc.jsonValue(), fc.string({ minLength: 1 }), (data, type) => {
    const { payload } = notifyV1.decode(JSON.stringify({ type, data }))
    const frame = JSON.stringify({ type, data })
    const isEvent = !['connected', 'rate_warning', 'token_expiring', 'draining', 'ack'].includes(type)
    const texts = [payload, new JsonText(JSON.stringify(payload))].map((each) => notifyV1.encode({ event: eventOf({ type, payload: each }) }))
    return !isEvent || texts.every((text) => text === frame)
  }))
})
