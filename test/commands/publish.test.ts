import t from 'tap'
import { connectAs, memberOf, startService } from '../helper.ts'
import { castOf, received, timeless } from '../support/cast.ts'

const EACH_JSON_TYPE = [{ a: [1] }, [], {}, [null], 'text', '', 0, -1.5e3, true, false, null]

t.test('a publish reaches the others as message, as sent, with sender, room, seq and id (S2-28)', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  ada.send({ type: 'publish', id: 'p1', room: 'general', payload: { message: 'Hello!' } })
  t.strictSame(timeless(await bob.next()), {
    type: 'message', id: 'p1', room: 'general', payload: { message: 'Hello!' }, sender: { id: 'ada', name: 'Ada' }, seq: 1
  })
})

t.test('members, subscribers and own other tabs get it, the publishing connection and outsiders do not', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  await cast.ada.request({ type: 'publish', room: 'general', payload: 1 })
  t.strictSame(await received(cast), { tab: ['message'], bob: ['message'], sue: ['message'] })
})

t.test('the publisher gets an ack with the id, seq and epoch', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const { payload: { epoch } } = await ada.request({ type: 'join_room', room: 'general' })
  t.strictSame(timeless(await ada.request({ type: 'publish', room: 'general' })), { type: 'ack', id: ada.lastId, payload: { seq: 1, epoch } })
})

t.test('a subscriber may publish too (S2-29)', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  t.match(await cast.sue.request({ type: 'publish', room: 'general', payload: 1 }), { type: 'ack', payload: { seq: 1 } })
  t.strictSame(await received(cast), { ada: ['message'], tab: ['message'], bob: ['message'] })
})

t.test('who is neither member nor subscriber may not publish, and nobody gets it', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  const { payload } = await cast.olaf.request({ type: 'publish', room: 'general', payload: 1 })
  t.strictSame(payload, { code: 'NOT_IN_ROOM', message: 'you must join the room first', severity: 'client' })
  t.strictSame(await received(cast), {})
})

t.test('a payload may be any JSON value, and a missing one is null (S0-21, S2-25, S2-81)', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  for (const payload of EACH_JSON_TYPE) await ada.request({ type: 'publish', room: 'general', payload })
  await ada.request({ type: 'publish', room: 'general' })
  t.strictSame((await bob.drain()).map(({ payload }) => payload), [...EACH_JSON_TYPE, null])
})

t.test('a payload given as data is read, unless there is a payload (S1-21, S2-28)', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  await ada.request({ type: 'publish', room: 'general', data: 'data' })
  await ada.request({ type: 'publish', room: 'general', data: 'data', payload: 'payload' })
  await ada.request({ type: 'publish', room: 'general', data: 'data', payload: null })
  t.strictSame((await bob.drain()).map(({ payload }) => payload), ['data', 'payload', null])
})

t.test('a room_id in the payload is content like any other', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  t.match(await ada.request({ type: 'publish', payload: { room_id: 'general' } }), { payload: { code: 'MISSING_ROOM', message: 'room is required' } })
  for (const roomId of ['another', '*', 5]) t.match(await ada.request({ type: 'publish', room: 'general', payload: { room_id: roomId } }), { type: 'ack' })
  t.strictSame((await bob.drain()).map(({ payload }) => payload), [{ room_id: 'another' }, { room_id: '*' }, { room_id: 5 }])
})

t.test('each receiver gets the messages of one publisher in the order sent', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '0' })
  const { ada, bob, sue } = await castOf(t, service, 'general')
  const numbers = Array.from({ length: 200 }, (_, n) => n)
  for (const n of numbers) ada.send({ type: 'publish', room: 'general', payload: n })
  await ada.drain()
  for (const client of [bob, sue]) t.strictSame((await client.drain()).map(({ payload }) => payload), numbers)
})

t.test('a message published to a room that nobody else is in does no harm (S0-65)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  t.match(await ada.request({ type: 'publish', room: 'general', payload: 1 }), { type: 'ack', payload: { seq: 1 } })
  const bob = await connectAs(t, service, 'bob')
  t.strictSame(await bob.drain(), [])
})
