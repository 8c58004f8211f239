import fc from 'fast-check'
import t from 'tap'
import { hubV1 } from '../../../src/protocol/dialects/hub-v1.ts'
import { dialects } from '../../../src/protocol/dialects/index.ts'

const NOW = '2026-01-02T03:04:05.678Z'

t.test('hub.v1 is known by its name', async (t) => {
  t.equal(dialects.get('hub.v1'), hubV1)
})

t.test('an envelope becomes a request, with data where there is no payload (S0-19, S2-25)', async (t) => {
  t.strictSame(hubV1.decode('{"type":"publish","id":"1","room":"r","payload":{"a":1},"data":2,"x":3}'), {
    type: 'publish', id: '1', room: 'r', payload: { a: 1 }, flaw: undefined
  })
  t.match(hubV1.decode('{"type":"publish","data":{"a":1}}'), { payload: { a: 1 } })
})

t.test('a missing payload is null, and a payload of null is one', async (t) => {
  for (const text of ['{"type":"p"}', '{"type":"p","data":null}', '{"type":"p","payload":null,"data":1}']) t.equal(hubV1.decode(text).payload, null, text)
  for (const falsy of ['0', '""', 'false']) t.equal(hubV1.decode(`{"type":"p","payload":${falsy}}`).payload, JSON.parse(falsy), falsy)
})

t.test('what is no JSON object with a type is INVALID_FORMAT in the documents\' words (S0-42, S1-34, S1-39, S4-60)', async (t) => {
  for (const text of ['', ' ', 'hello', '{', '\ufeff{"type":"ping"}', '{"type":"ping"}x', 'null', '[]', '"x"', '1e999', '5', 'true', '[{"type":"ping"}]']) {
    t.throws(() => hubV1.decode(text), { code: 'INVALID_FORMAT', message: /^invalid message format: expected/ }, text)
  }
  for (const text of ['{}', '{"type":5}', '{"type":null}', '{"type":""}', '{"type":["ping"]}', '{"__proto__":{"type":"ping"}}']) {
    t.match(hubV1.decode(text).flaw, { code: 'INVALID_FORMAT', message: 'invalid message format: /type: expected a non-empty string' }, text)
  }
})

t.test('a flaw of the JSON is named in the request', async (t) => {
  t.equal(hubV1.decode('{"type":"p","payload":{"__proto__":1}}').flaw?.message, '/payload/__proto__: expected no such key')
})

t.test('a frame holds what there is and nothing else', async (t) => {
  t.strictSame(JSON.parse(hubV1.encode({ event: { type: 'pong', payload: undefined, timestamp: NOW } })), { type: 'pong', payload: null, timestamp: NOW })
  const event = { type: 'message', id: '1', room: 'r', payload: { a: [1] }, sender: { id: 'a', name: 'A' }, timestamp: NOW }
  t.strictSame(JSON.parse(hubV1.encode({ event })), event)
})

t.test('the topic is named on frames that have a place in a stream and no room', async (t) => {
  const event = { type: 'x', payload: 1, timestamp: NOW }
  const position = { epoch: 'e', seq: 7 }
  t.strictSame(JSON.parse(hubV1.encode({ event, position, topic: 'user:a' })), { ...event, seq: 7, topic: 'user:a' })
  t.strictSame(JSON.parse(hubV1.encode({ event, topic: 'user:a' })), event)
  const inRoom = { ...event, room: 'r' }
  t.strictSame(JSON.parse(hubV1.encode({ event: inRoom, position, topic: 'room:r' })), { ...inRoom, seq: 7 })
})

t.test('an error stands once more at the top', async (t) => {
  const error = { code: 'MISSING_ROOM', message: 'room is required', severity: 'client' } as const
  const event = { type: 'error', payload: error, timestamp: NOW }
  t.strictSame(JSON.parse(hubV1.encode({ event, error })), { ...event, error: 'room is required' })
})

t.test('what was decoded and is encoded again is the same, whatever it holds', async () => {
  fc.assert(fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (payload, room) => {
    const request = hubV1.decode(JSON.stringify({ type: 'publish', room, payload }))
    const event = { type: request.type, room, payload: request.payload, timestamp: NOW }
    return hubV1.encode({ event }) === JSON.stringify({ type: 'publish', room, payload, timestamp: NOW })
  }))
})
