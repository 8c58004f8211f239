import t from 'tap'
import type { Delivery } from '../../../src/protocol/dialect.ts'
import { dialects } from '../../../src/protocol/dialects/index.ts'
import { eventsV1 } from '../../../src/protocol/dialects/events-v1.ts'
import { JsonText } from '../../../src/json-text.ts'

const NOW = '2026-01-02T03:04:05.678Z'
const USER = { userId: '123', name: 'Ada', roles: ['user'] }

/** The frame of an event, parsed; undefined for none. */
function frameOf (event: Partial<Delivery['event']>, more: Omit<Delivery, 'event'> = {}): unknown {
  const text = eventsV1.encode({ event: { type: 'x', payload: null, timestamp: NOW, ...event }, ...more })
  return text === undefined ? undefined : JSON.parse(text)
}

t.test('events.v1 is known by its name', async (t) => {
  t.equal(dialects.get('events.v1'), eventsV1)
})

t.test('an event is its type, its data and its time (S3-18)', async (t) => {
  const payload = { user_id: 123, changes: ['name'] }
  t.strictSame(frameOf({ type: 'user.updated', payload }), { type: 'user.updated', data: payload, timestamp: NOW })
  t.strictSame(frameOf({ payload: new JsonText('{"a":[1]}') }), { type: 'x', data: { a: [1] }, timestamp: NOW })
  t.strictSame(frameOf({ payload: undefined }), { type: 'x', data: null, timestamp: NOW })
})

t.test('neither the place in a stream nor the publisher\'s id is told', async (t) => {
  t.strictSame(frameOf({ id: 'key' }, { position: { epoch: 'e', seq: 7 }, topic: 'all' }), { type: 'x', data: null, timestamp: NOW })
})

t.test('room and sender are named to those who use them', async (t) => {
  const sender = { id: 'ada', name: 'Ada' }
  t.strictSame(frameOf({ type: 'new_message', room: 'chat', sender, payload: { content: 'hi' } }), {
    type: 'new_message', room: 'chat', sender, data: { content: 'hi' }, timestamp: NOW
  })
})

t.test('the greeting is connection.established with what the document shows, whatever else is known (S3-09, S3-23)', async (t) => {
  const payload = { client_id: 'c', user_id: '123', name: 'Ada', role: 'user', message: 'Connected', online_count: 3, positions: {} }
  const greeting = { type: 'connection.established', data: { client_id: 'c', message: 'Welcome to WebSocket real-time updates', role: 'user', user_id: '123' }, timestamp: NOW }
  t.strictSame(frameOf({ type: 'connected', payload }, { receiver: USER }), greeting)
  const numbered = { ...greeting, data: { ...greeting.data, user_id: 123 } }
  t.strictSame(frameOf({ type: 'connected', payload }, { receiver: { ...USER, hasNumericId: true } }), numbered)
})

t.test('answers have the id of their request, and an error its code and text in the data', async (t) => {
  t.strictSame(frameOf({ type: 'ack', id: '1', payload: { seq: 1 } }, { receiver: USER }), { type: 'ack', id: '1', data: { seq: 1 }, timestamp: NOW })
  const error = { code: 'FORBIDDEN', message: 'no', severity: 'client' } as const
  t.strictSame(frameOf({ type: 'error', id: '1', payload: error }, { receiver: USER, error }), { type: 'error', id: '1', data: error, timestamp: NOW })
})

t.test('clients that only listen are not told what they never asked for', async (t) => {
  for (const type of ['ack', 'rate_warning', 'token_expiring', 'draining']) t.equal(frameOf({ type, payload: {} }, { receiver: USER }), undefined, type)
})

t.test('a request has its content in data, or in payload', async (t) => {
  t.match(eventsV1.decode('{"type":"publish","id":"1","room":"r","data":{"a":1},"payload":2}'), { type: 'publish', id: '1', room: 'r', payload: { a: 1 }, flaw: undefined })
  t.match(eventsV1.decode('{"type":"publish","payload":2}'), { payload: 2 })
  t.match(eventsV1.decode('{"type":"ping"}'), { payload: null })
})

t.test('what is no message is refused as everywhere', async (t) => {
  for (const text of ['', '{', '[]', '5', 'null']) t.throws(() => eventsV1.decode(text), { code: 'INVALID_FORMAT' }, text)
  t.match(eventsV1.decode('{}').flaw, { code: 'INVALID_FORMAT' })
  t.match(eventsV1.decode('{"type":"x","data":{"__proto__":1}}').flaw, { code: 'INVALID_PAYLOAD' })
})
