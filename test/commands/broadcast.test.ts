import t from 'tap'
import { connectAs, startService } from '../helper.ts'
import { castOf, received, timeless } from '../support/cast.ts'

const ALL = { WS_CLIENT_BROADCAST: 'all' }

t.test('a broadcast reaches everybody but its connection as message without a room, by the topic all (S2-30)', async (t) => {
  const service = await startService(t, ALL)
  const cast = await castOf(t, service, 'general')
  cast.ada.send({ type: 'broadcast', id: 'b1', payload: { message: 'Hello!' } })
  t.strictSame(timeless(await cast.olaf.next()), {
    type: 'message', id: 'b1', payload: { message: 'Hello!' }, sender: { id: 'ada', name: 'Ada' }, seq: 1, topic: 'all'
  })
  t.strictSame(await received(cast), { ada: ['ack'], tab: ['message'], bob: ['message'], sue: ['message'] })
})

t.test('the broadcaster gets an ack with the id, seq and epoch', async (t) => {
  const service = await startService(t, ALL)
  const ada = await connectAs(t, service, 'ada')
  const first = await ada.request({ type: 'broadcast', payload: 1 })
  const second = await ada.request({ type: 'broadcast', payload: 2 })
  t.match(first.payload, { seq: 1, epoch: /./ })
  t.strictSame(timeless(second), { type: 'ack', id: ada.lastId, payload: { seq: 2, epoch: first.payload['epoch'] } })
})

t.test('a broadcast may hold any JSON value, given as payload or data', async (t) => {
  const service = await startService(t, ALL)
  const ada = await connectAs(t, service, 'ada')
  const bob = await connectAs(t, service, 'bob')
  const payloads = [{ room_id: 'x' }, [1], 'text', 0, false, null]
  for (const payload of payloads) await ada.request({ type: 'broadcast', payload })
  await ada.request({ type: 'broadcast', data: 'data' })
  t.strictSame((await bob.drain()).map(({ payload }) => payload), [...payloads, 'data'])
})

t.test('a broadcast has no room, whatever the request names', async (t) => {
  const service = await startService(t, ALL)
  const ada = await connectAs(t, service, 'ada')
  const bob = await connectAs(t, service, 'bob')
  await ada.request({ type: 'broadcast', room: 'general', payload: { room_id: 'other' } })
  t.strictSame(Object.keys(await bob.next()).sort(), ['id', 'payload', 'sender', 'seq', 'timestamp', 'topic', 'type'])
})

t.test('what a client says of sender and timestamp is ignored', async (t) => {
  const service = await startService(t, ALL)
  const ada = await connectAs(t, service, 'ada')
  const bob = await connectAs(t, service, 'bob')
  await ada.request({ type: 'broadcast', sender: { id: 'eve', name: 'Eve' }, timestamp: 1, topic: 'user:bob' })
  t.match(timeless(await bob.next()), { sender: { id: 'ada', name: 'ada' }, topic: 'all' })
})

t.test('by default only administrators may broadcast', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const root = await connectAs(t, service, { sub: 'root', role: 'user', roles: ['superadmin'] })
  const { payload } = await ada.request({ type: 'broadcast', payload: 1 })
  t.strictSame(payload, { code: 'FORBIDDEN', message: 'broadcasting is not allowed', severity: 'client' })
  t.match(await root.request({ type: 'broadcast', payload: 2 }), { type: 'ack', payload: { seq: 1 } })
  t.strictSame((await ada.drain()).map(({ payload: content }) => content), [2])
})

t.test('administrators are those whom WS_ADMIN_ROLES names', async (t) => {
  const service = await startService(t, { WS_ADMIN_ROLES: 'boss' })
  const boss = await connectAs(t, service, { sub: 'b', role: 'boss' })
  const admin = await connectAs(t, service, { sub: 'a', role: 'admin' })
  t.match(await boss.request({ type: 'broadcast' }), { type: 'ack' })
  t.match(await admin.request({ type: 'broadcast' }), { type: 'error', payload: { code: 'FORBIDDEN' } })
})

t.test('with WS_CLIENT_BROADCAST=off not even administrators may broadcast', async (t) => {
  const service = await startService(t, { WS_CLIENT_BROADCAST: 'off' })
  const admin = await connectAs(t, service, { sub: 'a', role: 'admin' })
  t.match(await admin.request({ type: 'broadcast' }), { type: 'error', payload: { code: 'FORBIDDEN' } })
})
