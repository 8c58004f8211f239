import fc from 'fast-check'
import t from 'tap'
import type { Delivery } from '../../../src/protocol/dialect.ts'
import { dialects } from '../../../src/protocol/dialects/index.ts'
import { flatV1 } from '../../../src/protocol/dialects/flat-v1.ts'
import { JsonText } from '../../../src/json-text.ts'

const NOW = '2026-01-02T03:04:05.678Z'
const ADA = { id: 'ada', name: 'Ada L.' }
const BOB = { id: 'bob', name: 'Bob' }
const receiver = { userId: 'ada', name: 'Ada L.', roles: ['user'] }

/** The frame of an event, parsed; undefined for none. */
function frameOf (event: Partial<Delivery['event']>, more: Omit<Delivery, 'event'> = {}): unknown {
  const text = flatV1.encode({ event: { type: 'x', payload: null, timestamp: NOW, ...event }, ...more })
  return text === undefined ? undefined : JSON.parse(text)
}

t.test('flat.v1 is known by its name', async (t) => {
  t.equal(dialects.get('flat.v1'), flatV1)
})

t.test('a message becomes a chat message, with an empty text where there is none (S4-23, S4-24)', async (t) => {
  t.strictSame(flatV1.decode('{"type":"message","room":"r","text":"hi"}'), { type: 'send_message', id: undefined, room: 'r', payload: { content: 'hi' }, flaw: undefined })
  for (const frame of ['{"type":"message"}', '{"type":"message","text":null}', '{"type":"message","content":"x"}']) t.strictSame(flatV1.decode(frame).payload, { content: '' }, frame)
  t.strictSame(flatV1.decode('{"type":"message","text":{"a":1}}').payload, { content: '{"a":1}' })
  t.strictSame(flatV1.decode('{"type":"message","text":"hi","reply_to":"m1"}').payload, { content: 'hi', reply_to: 'm1' })
})

t.test('other requests have their fields at the top, in data or in payload (S4-27, S4-31, X01)', async (t) => {
  for (const fields of ['"is_typing":false', '"data":{"is_typing":false}', '"payload":{"is_typing":false}']) {
    t.match(flatV1.decode(`{"type":"typing","id":"1","room":"r",${fields}}`), { type: 'typing', id: '1', room: 'r', payload: { is_typing: false } }, fields)
  }
  t.match(flatV1.decode('{"type":"join_room","room":null}'), { room: undefined, payload: {} })
})

t.test('what is no object is no message; one without a type has an empty type (S4-36, S4-60)', async (t) => {
  for (const text of ['', '{', '[]', '5', 'null', '"x"']) t.throws(() => flatV1.decode(text), { code: 'INVALID_FORMAT' }, text)
  for (const text of ['{}', '{"type":5}', '{"type":null}', '{"type":["ping"]}']) t.match(flatV1.decode(text), { type: '', flaw: undefined }, text)
  t.match(flatV1.decode('{"type":"x","__proto__":{"a":1}}').flaw, { code: 'INVALID_PAYLOAD' })
})

t.test('the greeting is a system notice (S4-22)', async (t) => {
  const payload = { client_id: 'c', user_id: 'ada', name: 'Ada', role: 'user', message: 'Connected', online_count: 3, positions: {} }
  t.strictSame(frameOf({ type: 'connected', payload }, { receiver }), { type: 'system', message: 'Connected successfully', user_id: 'ada', online_count: 3 })
})

t.test('a message says from whom, where and what, however it was published (S4-24)', async (t) => {
  const said = { type: 'message', from: 'bob', room: 'r', text: 'hi' }
  const position = { epoch: 'e', seq: 7 }
  for (const payload of [{ content: 'hi', reply_to: 'm1' }, new JsonText('{"content":"hi"}'), 'hi', { text: 'hi' }, { message: 'hi' }]) {
    t.strictSame(frameOf({ type: 'new_message', id: 'key', room: 'r', sender: BOB, payload }, { position, topic: 'room:r' }), said)
    t.strictSame(frameOf({ type: 'message', room: 'r', sender: BOB, payload }), said)
  }
  for (const [payload, text] of [[{ a: 1 }, '{"a":1}'], [[1], '[1]'], [5, '5'], [null, 'null'], [{ content: 5 }, '{"content":5}']] as const) {
    t.strictSame(frameOf({ type: 'message', room: 'r', sender: BOB, payload }), { ...said, text })
  }
  t.strictSame(frameOf({ type: 'message', sender: BOB, payload: 'hi' }), { type: 'message', from: 'bob', text: 'hi' })
})

t.test('who comes and goes is told by id, with the members where somebody came (S4-28, S4-30)', async (t) => {
  const joined = { type: 'system', message: 'bob joined', room: 'r' }
  t.strictSame(frameOf({ type: 'user_joined', room: 'r', sender: BOB, payload: BOB, members: [ADA, BOB] }), { ...joined, members: ['ada', 'bob'] })
  t.strictSame(frameOf({ type: 'user_joined', room: 'r', sender: BOB, payload: BOB }), { ...joined, members: ['bob'] })
  t.strictSame(frameOf({ type: 'user_left', room: 'r', sender: BOB, payload: BOB, members: [ADA] }), { type: 'system', message: 'bob left', room: 'r' })
  const info = { room_id: 'r', users: [BOB, ADA], count: 2, epoch: 'e', seq: 7 }
  t.strictSame(frameOf({ type: 'room_info', room: 'r', payload: info }, { receiver }), { type: 'system', message: 'ada joined', room: 'r', members: ['bob', 'ada'] })
})

t.test('typing, pong and alerts (S4-32, S4-34)', async (t) => {
  t.strictSame(frameOf({ type: 'user_typing', room: 'r', sender: BOB, payload: { is_typing: false } }), { type: 'typing', user_id: 'bob', room: 'r', is_typing: false })
  t.strictSame(frameOf({ type: 'pong' }, { receiver }), { type: 'pong' })
  const alert = { message: 'later', priority: 'high', metadata: { a: 1 } }
  t.strictSame(frameOf({ type: 'system.alert', payload: alert }), { type: 'system', ...alert })
})

t.test('an answer has the id of its request, where that has one', async (t) => {
  t.strictSame(frameOf({ type: 'pong', id: '1' }, { receiver }), { type: 'pong', id: '1' })
  t.strictSame(frameOf({ type: 'ack', id: '1', room: 'r', payload: { seq: 7 } }, { receiver }), { type: 'ack', room: 'r', id: '1', seq: 7 })
})

t.test('unknown types, missing rooms and what is no message are no matter of words; other refusals are (S4-25, S4-35, S4-36)', async (t) => {
  const refusal = (code: 'UNKNOWN_TYPE' | 'MISSING_ROOM' | 'INVALID_FORMAT' | 'FORBIDDEN' | 'INVALID_PAYLOAD', message = 'no'): unknown => {
    const error = { code, message, severity: 'client' } as const
    return frameOf({ type: 'error', payload: error }, { receiver, error })
  }
  for (const code of ['UNKNOWN_TYPE', 'MISSING_ROOM', 'INVALID_FORMAT'] as const) t.equal(refusal(code), undefined, code)
  t.strictSame(refusal('FORBIDDEN'), { type: 'error', code: 'FORBIDDEN', message: 'no' })
  t.strictSame(refusal('INVALID_PAYLOAD', '/payload/is_typing: Expected boolean'), { type: 'error', code: 'INVALID_PAYLOAD', message: '/is_typing: Expected boolean' })
})

t.test('clients of this dialect are not told what they never asked for', async (t) => {
  for (const type of ['ack', 'rate_warning', 'token_expiring', 'draining']) t.equal(frameOf({ type, payload: {} }, { receiver }), undefined, type)
})

t.test('an application\'s event has its fields at the top, and those that mean something else there in data', async (t) => {
  t.strictSame(frameOf({ type: 'order.paid', payload: { amount: 5 } }), { type: 'order.paid', amount: 5 })
  t.strictSame(frameOf({ type: 'order.paid', payload: { id: 7, room: 'x', from: 'shop' } }), { type: 'order.paid', id: 7, room: 'x', from: 'shop' })
  t.strictSame(frameOf({ type: 'order.paid', room: 'r', payload: { room: 'r' } }), { type: 'order.paid', room: 'r' })
  for (const payload of [{ type: 'other' }, { room: 'x' }, { room: null }, { from: 'eve' }, 5, null, [1]]) {
    t.strictSame(frameOf({ type: 'order.paid', room: 'r', sender: BOB, payload }), { type: 'order.paid', room: 'r', from: 'bob', data: payload })
  }
  t.strictSame(frameOf({ type: 'constructor', payload: { a: 1 } }), { type: 'constructor', a: 1 })
})

t.test('an event is never taken for another one, and loses nothing, whatever its payload', async () => {
  fc.assert(fc.property(fc.jsonValue(), (payload) => {
    const frame = frameOf({ type: 'order.paid', room: 'r', sender: BOB, payload })
    const { type, room, from, ...rest } = frame as Record<string, unknown>
    const isRight = type === 'order.paid' && room === 'r' && from === 'bob'
    const text = JSON.stringify(payload)
    return isRight && (JSON.stringify(rest) === text || JSON.stringify(rest['data']) === text)
  }))
})
