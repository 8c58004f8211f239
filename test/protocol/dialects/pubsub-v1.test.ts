import fc from 'fast-check'
import t from 'tap'
import { errorCodes, type ErrorCode } from '../../../src/protocol/error-codes.ts'
import { JsonText } from '../../../src/json-text.ts'
import type { Delivery } from '../../../src/protocol/dialect.ts'
import { dialects } from '../../../src/protocol/dialects/index.ts'
import { pubsubV1 } from '../../../src/protocol/dialects/pubsub-v1.ts'

const NOW = '2026-01-02T03:04:05.678Z'
const NOW_MS = 1_767_323_045_678
const sender = { id: 'ada', name: 'Ada' }
const receiver = { userId: 'bob', name: 'Bob', roles: ['user'] }

/** The frame of an event, parsed; undefined where there is none. */
function encoded (event: Partial<Delivery['event']>, about: Omit<Delivery, 'event'> = {}): Record<string, unknown> | undefined {
  const text = pubsubV1.encode({ event: { type: 'x', payload: null, timestamp: NOW, ...event }, ...about })
  return text === undefined ? undefined : JSON.parse(text)
}

/** The frame of an error. */
function refused (code: ErrorCode, message: string): Record<string, unknown> | undefined {
  const error = { code, message, severity: 'client' } as const
  return encoded({ type: 'error', payload: error }, { error, receiver })
}

t.test('pubsub.v1 is known by its name, and has none of the others\' habits', async (t) => {
  t.equal(dialects.get('pubsub.v1'), pubsubV1)
  t.same(pubsubV1.habits, {})
})

t.test('a frame becomes a request with its data as payload', async (t) => {
  t.strictSame(pubsubV1.decode('{"type":"publish","room":"chat","data":{"a":1},"client_id":"me","timestamp":5}'), {
    type: 'publish', id: undefined, room: 'chat', payload: { a: 1 }, flaw: undefined
  })
})

t.test('an id is read where there is one', async (t) => {
  t.equal(pubsubV1.decode('{"type":"ping","id":"1"}').id, '1')
})

t.test('payload is read where there is no data; data of null is data', async (t) => {
  t.equal(pubsubV1.decode('{"type":"publish","payload":1}').payload, 1)
  t.equal(pubsubV1.decode('{"type":"publish","data":2,"payload":1}').payload, 2)
  t.equal(pubsubV1.decode('{"type":"publish","data":null,"payload":1}').payload, null)
  t.equal(pubsubV1.decode('{"type":"publish"}').payload, null)
})

t.test('a room of null is none, as Go clients write it', async (t) => {
  t.equal(pubsubV1.decode('{"type":"ping","room":null}').room, undefined)
})

t.test('what is no JSON object is INVALID_FORMAT', async (t) => {
  for (const text of ['', 'hello', '{', '[]', '"ping"', '5', 'null']) t.throws(() => pubsubV1.decode(text), { code: 'INVALID_FORMAT' }, text)
})

t.test('a missing type is no flaw of the format: it is one that nobody knows (S2-40)', async (t) => {
  for (const text of ['{}', '{"type":5}', '{"type":null}']) t.match(pubsubV1.decode(text), { type: '', flaw: undefined }, text)
})

t.test('JSON that must not be handed on is named', async (t) => {
  t.match(pubsubV1.decode('{"type":"publish","data":{"__proto__":1}}').flaw, { code: 'INVALID_PAYLOAD' })
})

t.test('connected holds id and greeting alone (S2-32)', async (t) => {
  const payload = { client_id: 'c', message: 'hi', user_id: 'u', node_id: 'n' }
  t.strictSame(encoded({ type: 'connected', payload }), { type: 'connected', data: { client_id: 'c', message: 'hi' }, timestamp: NOW_MS })
})

t.test('subscribed holds room and count, unsubscribed the room (S2-33, S2-34)', async (t) => {
  const about = { room: 'r', payload: { room: 'r', client_count: 2, epoch: 'e', seq: 7, recovered: true } }
  t.strictSame(encoded({ type: 'subscribed', ...about }), { type: 'subscribed', room: 'r', data: { room: 'r', client_count: 2 }, timestamp: NOW_MS })
  t.strictSame(encoded({ type: 'unsubscribed', ...about }), { type: 'unsubscribed', room: 'r', data: { room: 'r' }, timestamp: NOW_MS })
})

t.test('what people say is a message, with the connection that it comes from (S2-35, S2-82)', async (t) => {
  for (const type of ['message', 'new_message']) {
    const event = { type, id: '1', room: 'r', payload: { a: 1 }, sender }
    t.strictSame(encoded(event, { origin: 'c', position: { epoch: 'e', seq: 7 }, topic: 'room:r' }), {
      type: 'message', room: 'r', data: { a: 1 }, client_id: 'c', timestamp: NOW_MS
    })
  }
})

t.test('a message to all has no room, one of the application the sender that it names, if any', async (t) => {
  t.strictSame(encoded({ type: 'message', sender }, { origin: 'c' }), { type: 'message', data: null, client_id: 'c', timestamp: NOW_MS })
  t.strictSame(encoded({ type: 'message', sender }), { type: 'message', data: null, client_id: 'ada', timestamp: NOW_MS })
  t.strictSame(encoded({ type: 'message' }, { origin: 'c' }), { type: 'message', data: null, timestamp: NOW_MS })
})

t.test('a message of the application\'s own type keeps it; a user is never shown as a client_id', async (t) => {
  t.strictSame(encoded({ type: 'room_update', room: 'r', payload: [1] }), { type: 'room_update', room: 'r', data: [1], timestamp: NOW_MS })
  t.strictSame(encoded({ type: 'user_joined', room: 'r', payload: sender, sender }), { type: 'user_joined', room: 'r', data: sender, timestamp: NOW_MS })
  t.match(encoded({ type: 'user_typing', sender }, { origin: 'c' }), { client_id: 'c' })
})

t.test('pong holds its time alone (S2-37)', async (t) => {
  t.strictSame(encoded({ type: 'pong' }, { receiver }), { type: 'pong', timestamp: NOW_MS })
})

t.test('the time is in whole milliseconds (S2-38)', async (t) => {
  t.equal(encoded({ timestamp: '1970-01-01T00:00:00.001Z' })?.['timestamp'], 1)
})

t.test('an error is a text at the top, and a time (S2-36)', async (t) => {
  t.strictSame(refused('FORBIDDEN', 'not you'), { type: 'error', error: 'not you', timestamp: NOW_MS })
})

t.test('errors that the document has a text for have that one, all others keep theirs (S2-39..S2-43)', async (t) => {
  const texts: Partial<Record<string, string>> = {
    INVALID_FORMAT: 'invalid JSON format',
    UNKNOWN_TYPE: 'unknown message type',
    MISSING_ROOM: 'room name is required',
    NOT_IN_ROOM: 'not subscribed to this room',
    ROOM_FULL: 'room is at maximum capacity'
  }
  for (const code of Object.keys(errorCodes) as ErrorCode[]) t.match(refused(code, 'own text'), { error: texts[code] ?? 'own text' }, code)
})

t.test('an id stands on what answers a request that had one, never on what goes to many', async (t) => {
  for (const type of ['pong', 'subscribed', 'user_data']) t.match(encoded({ type, id: '1' }, { receiver }), { id: '1' })
  t.notOk('id' in (encoded({ type: 'notification', id: '1' }) ?? {}))
})

t.test('an ack is told to who asked by an id, or for a result; notices of the hub are not told', async (t) => {
  t.equal(encoded({ type: 'ack', payload: {} }, { receiver }), undefined)
  t.match(encoded({ type: 'ack', id: '1', payload: {} }, { receiver }), { type: 'ack', id: '1' })
  t.match(encoded({ type: 'ack', payload: { result: 1 } }, { receiver }), { type: 'ack', data: { result: 1 } })
  for (const type of ['rate_warning', 'token_expiring', 'draining']) t.equal(encoded({ type, payload: {} }, { receiver }), undefined)
})

t.test('any JSON goes through unchanged, in a message or in any other type (S2-81)', async () => {
  fc.assert(fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constantFrom('message', 'new_message', 'room_update'), (data, room, type) => {
    const request = pubsubV1.decode(JSON.stringify({ type: 'publish', room, data }))
    const event = { type, room, payload: new JsonText(JSON.stringify(request.payload)), sender, timestamp: NOW }
    const expected = { type: type === 'new_message' ? 'message' : type, room, data, client_id: 'c', timestamp: NOW_MS }
    return pubsubV1.encode({ event, origin: 'c' }) === JSON.stringify(expected)
  }))
})
