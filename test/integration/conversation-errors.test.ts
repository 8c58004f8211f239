import t from 'tap'
import { connectAs, memberOf, startService, type TestService } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { castOf, received, timeless } from '../support/cast.ts'

const PATIENT = { WS_MESSAGE_RATE: '0', WS_INVALID_JSON_BUDGET: '1000000' }

/** Frames that are no envelope. */
const noEnvelopes = ['', 'hello', '{', 'null', '[]', '"x"', '5', '1e999', 'true', '\ufeff{"type":"ping"}', '{}', '{"type":5}', '{"type":""}', '{"type":null}']

t.test('a6: what is no envelope is INVALID_FORMAT in the documents\' words, and the connection stays (S0-42, S1-34, S1-39)', async (t) => {
  const service = await startService(t, PATIENT)
  const bystander = await startBystander(t, service)
  const ada = await connectAs(t, service, 'ada')
  for (const text of noEnvelopes) {
    ada.send(text)
    const { error, payload } = await ada.next()
    t.match(payload, { code: 'INVALID_FORMAT', message: /^invalid message format: /, severity: 'client' }, JSON.stringify(text))
    t.equal(error, payload['message'])
  }
  t.match(await ada.request({ type: 'ping' }), { type: 'pong' })
  await bystander.check(t)
})

t.test('an envelope without a type is refused with the id that it has', async (t) => {
  const service = await startService(t, PATIENT)
  const ada = await connectAs(t, service, 'ada')
  ada.send({ id: 'x1', payload: 1 })
  t.match(await ada.next(), { type: 'error', id: 'x1', payload: { code: 'INVALID_FORMAT' } })
})

t.test('a bad frame is in the log in full (S0-42, S1-64)', async (t) => {
  const service = await startService(t, PATIENT)
  const ada = await connectAs(t, service, 'ada')
  ada.send('hello')
  await ada.next('error')
  t.match(refusals(service), [{ user_id: 'ada', error_code: 'INVALID_FORMAT', reason: 'invalid message format: expected JSON' }])
})

t.test('a payload that is dangerous to hand on is in the log in full (S1-64)', async (t) => {
  const service = await startService(t, PATIENT)
  const ada = await connectAs(t, service, 'ada')
  await ada.request({ type: 'ping', payload: { constructor: { prototype: 1 } } })
  t.match(refusals(service), [{ user_id: 'ada', error_code: 'INVALID_PAYLOAD', reason: '/payload/constructor: expected no such key' }])
})

t.test('a frame above the announced size is refused unread, so without its id, and the connection stays', async (t) => {
  const service = await startService(t, { WS_MAX_MESSAGE_SIZE: '1000' })
  const ada = await connectAs(t, service, 'ada')
  ada.send({ type: 'ping', id: 'big', payload: 'x'.repeat(1_000) })
  const frame = timeless(await ada.next())
  t.match(frame, { type: 'error', payload: { code: 'MESSAGE_TOO_LARGE', message: /bytes, at most 1000 are allowed$/, severity: 'client' } })
  t.notOk(Object.hasOwn(frame, 'id'))
  t.match(await ada.request({ type: 'ping' }), { type: 'pong' })
})

t.test('size is counted in bytes, and the announced size itself fits', async (t) => {
  const service = await startService(t, { WS_MAX_MESSAGE_SIZE: '1000' })
  const ada = await connectAs(t, service, 'ada')
  const empty = Buffer.byteLength('{"type":"ping","payload":""}')
  for (const [letter, bytes] of [['x', 1], ['\u00e9', 2], ['\u{1F600}', 4]] as const) {
    const count = Math.floor((1_000 - empty) / bytes)
    ada.send(`{"type":"ping","payload":"${letter.repeat(count)}"}`)
    t.equal((await ada.next()).type, 'pong')
    ada.send(`{"type":"ping","payload":"${letter.repeat(count + 1)}"}`)
    t.match(await ada.next(), { payload: { code: 'MESSAGE_TOO_LARGE' } })
  }
})

t.test('too many messages are refused with their ids, after a warning (S1-38)', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '1', WS_MESSAGE_BURST: '10' })
  const ada = await connectAs(t, service, 'ada')
  for (let n = 0; n < 11; n++) ada.send({ type: 'ping', id: `p${n}` })
  t.match(await ada.next('rate_warning'), { payload: { limit: 10, remaining: Number, retry_after_ms: Number } })
  t.match(await ada.next('error'), { id: 'p10', payload: { code: 'RATE_LIMIT', message: /^too many messages: at most 1 per second/, severity: 'client' } })
})

t.test('a full room refuses one more connection, whether member or subscriber (S2-43)', async (t) => {
  const service = await startService(t, { WS_MAX_CONNECTIONS_PER_ROOM: '1' })
  const ada = await memberOf(t, service, 'ada', 'general')
  const bob = await connectAs(t, service, 'bob')
  for (const type of ['join_room', 'subscribe']) {
    const { payload } = await bob.request({ type, room: 'general' })
    t.strictSame(payload, { code: 'ROOM_FULL', message: 'room is at maximum capacity', severity: 'client' })
  }
  t.strictSame(await ada.drain(), [])
  t.match(await bob.request({ type: 'publish', room: 'general' }), { payload: { code: 'NOT_IN_ROOM' } })
})

t.test('c5: a connection comes into so many rooms and no more, those that it left not counted (S0-123)', async (t) => {
  const service = await startService(t, { WS_MAX_ROOMS_PER_CLIENT: '2' })
  const ada = await connectAs(t, service, 'ada')
  await ada.request({ type: 'join_room', room: 'a' })
  await ada.request({ type: 'subscribe', room: 'b' })
  for (const type of ['join_room', 'subscribe']) {
    t.match(await ada.request({ type, room: 'c' }), { payload: { code: 'TOO_MANY_ROOMS', message: 'at most 2 rooms per connection' } })
  }
  t.match(await ada.request({ type: 'subscribe', room: 'a' }), { type: 'subscribed' })
  await ada.request({ type: 'unsubscribe', room: 'b' })
  t.match(await ada.request({ type: 'join_room', room: 'c' }), { type: 'room_info' })
})

t.test('an error goes to the asking connection alone (S1-88)', async (t) => {
  const service = await startService(t, PATIENT)
  const cast = await castOf(t, service, 'general')
  for (const text of [...noEnvelopes, '{"type":"x"}', '{"type":"publish","room":"*"}', '{"type":"broadcast"}']) cast.ada.send(text)
  const { ada, ...others } = await received(cast)
  t.strictSame(new Set(ada), new Set(['error']))
  t.strictSame(others, {})
})

t.test('a6: more bad frames than the budget end the connection with 4002, those within it do not', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (let n = 0; n < 5; n++) ada.send('bad')
  t.strictSame((await ada.drain()).map(({ type }) => type), Array.from({ length: 5 }, () => 'error'))
  ada.send('bad')
  t.strictSame(await ada.closed, { code: 4002, reason: 'Invalid JSON' })
})

t.test('with WS_INVALID_JSON=close the first bad frame ends the connection with 4002, and it is gone from its rooms (S4-36, S4-37)', async (t) => {
  const service = await startService(t, { WS_INVALID_JSON: 'close', WS_PRESENCE_GRACE: '0s' })
  const { ada, bob } = await castOf(t, service, 'general')
  bob.send('bad')
  t.match(await bob.closed, { code: 4002 })
  t.match(await ada.next('user_left'), { payload: { id: 'bob' } })
})

t.test('frames that are envelopes but refused do not count as bad ones', async (t) => {
  const service = await startService(t, { WS_INVALID_JSON: 'close' })
  const ada = await connectAs(t, service, 'ada')
  for (const frame of ['{"type":"nothing"}', '{"type":"join_room"}', '{"type":"ping","payload":{"__proto__":1}}', '{"type":"ping","id":5}']) {
    ada.send(frame)
    t.equal((await ada.next()).type, 'error')
  }
  t.match(await ada.request({ type: 'ping' }), { type: 'pong' })
})

function refusals ({ logs }: TestService) {
  return logs.filter(({ msg }) => msg === 'WebSocket operation failed')
}
