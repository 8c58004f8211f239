import t from 'tap'
import { connectAs, memberOf, startService } from '../helper.ts'
import { castOf, received, timeless } from '../support/cast.ts'

const HELLO = { type: 'send_message', room: 'general', payload: { content: 'Hello!' } }

t.test('a message reaches the others as new_message, as sent, with sender, room, seq and id (S0-06, S0-11, S0-22, S0-26, S0-57)', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  const payload = { content: 'Hello!', reply_to: 'm1', mood: ['a', { b: null }] }
  ada.send({ ...HELLO, id: 'm2', payload })
  t.strictSame(timeless(await bob.next()), {
    type: 'new_message', id: 'm2', room: 'general', payload, sender: { id: 'ada', name: 'Ada' }, seq: 1
  })
})

t.test('members, subscribers and the sender\'s other tabs get it, the sending connection and outsiders do not (S0-58)', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  await cast.ada.request(HELLO)
  t.strictSame(await received(cast), { tab: ['new_message'], bob: ['new_message'], sue: ['new_message'] })
})

t.test('the sender gets an ack with the id, seq and epoch (S0-18, S0-59)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const { payload: { epoch } } = await ada.request({ type: 'join_room', room: 'general' })
  t.strictSame(timeless(await ada.request(HELLO)), { type: 'ack', id: ada.lastId, payload: { seq: 1, epoch } })
})

t.test('a message without an id is acknowledged, and delivered without one (S0-24)', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  ada.send(HELLO)
  const ack = await ada.next()
  t.match(ack, { type: 'ack', payload: { seq: 1 } })
  t.notOk(Object.hasOwn(ack, 'id'))
  t.notOk(Object.hasOwn(await bob.next(), 'id'))
})

t.test('what a client says of sender, timestamp, seq, topic and error is ignored (S0-31, S0-43, S0-44, S0-122)', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  const before = Date.now()
  const forged = { id: 'bob', name: 'Bob' }
  const payload = { ...HELLO.payload, sender: forged, timestamp: 1 }
  await ada.request({ ...HELLO, payload, sender: forged, timestamp: '2001-01-01T00:00:00.000Z', seq: 99, topic: 'all', error: 'no' })
  const { timestamp, id, ...frame } = await bob.next()
  t.strictSame(frame, { type: 'new_message', room: 'general', payload, sender: { id: 'ada', name: 'Ada' }, seq: 1 })
  t.ok(Date.parse(timestamp) >= before && Date.parse(timestamp) <= Date.now(), timestamp)
})

t.test('a message without a room is refused in the document\'s words, also when payload.room_id names one (S0-55)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const expected = { type: 'error', payload: { code: 'MISSING_ROOM', message: 'room is required for sending messages', severity: 'client' } }
  t.match(await ada.request({ type: 'send_message', payload: { content: 'x' } }), expected)
  t.match(await ada.request({ type: 'send_message', room: '', payload: { content: 'x', room_id: 'general' } }), expected)
})

t.test('only members may send, a subscriber may not (S0-56)', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  for (const client of [cast.olaf, cast.sue]) {
    const { payload } = await client.request(HELLO)
    t.strictSame(payload, { code: 'NOT_IN_ROOM', message: 'you must join the room first', severity: 'client' })
  }
  t.strictSame(await received(cast), {})
})

t.test('a room_id in the payload is content like any other', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  const payload = { content: 'x', room_id: 'another' }
  t.match(await ada.request({ ...HELLO, payload }), { type: 'ack' })
  t.strictSame((await bob.next()).payload, payload)
})

t.test('the text of a refused payload names path and expectation (S0-119, S2-75)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const cases: Array<[unknown, string]> = [
    [{}, '/payload/content: Expected required property'],
    [undefined, '/payload/content: Expected required property'],
    [{ content: 5 }, '/payload/content: Expected string'],
    [{ content: 'x', reply_to: null }, '/payload/reply_to: Expected string'],
    [['x'], '/payload: Expected object'],
    ['x', '/payload: Expected object']
  ]
  for (const [payload, message] of cases) {
    t.strictSame((await ada.request({ ...HELLO, payload })).payload, { code: 'INVALID_PAYLOAD', message, severity: 'client' })
  }
})

t.test('messages of one room are numbered one by one, each room by itself', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  await ada.request({ type: 'join_room', room: 'other' })
  const seqs = []
  for (const room of ['general', 'general', 'other', 'general']) seqs.push((await ada.request({ ...HELLO, room })).payload['seq'])
  t.strictSame(seqs, [1, 2, 1, 3])
})

t.test('a message to a room stays in it (S4-54)', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  const carl = await memberOf(t, service, 'carl', 'other')
  await cast.ada.request(HELLO)
  t.strictSame(await carl.drain(), [])
  const dora = await connectAs(t, service, 'dora')
  t.strictSame(await dora.drain(), [])
})
