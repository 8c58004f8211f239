import t from 'tap'
import { connectAs, memberOf, startService } from '../helper.ts'
import { castOf, received, timeless } from '../support/cast.ts'

const BOB = { sub: '2', name: 'Bob' }

t.test('who joins gets room_info with the id of the request, itself included (S0-07, S0-16, S0-27, S0-30, S0-76)', async (t) => {
  const service = await startService(t)
  await memberOf(t, service, 'ada', 'general')
  const bob = await connectAs(t, service, BOB)
  const { payload: { epoch, ...payload }, ...frame } = timeless(await bob.request({ type: 'join_room', payload: { room_id: 'general' } }))
  t.strictSame(frame, { type: 'room_info', id: bob.lastId, room: 'general' })
  t.strictSame(payload, { room_id: 'general', users: [{ id: 'ada', name: 'ada' }, { id: '2', name: 'Bob' }], count: 2, seq: 0 })
  t.match(epoch, /./)
})

t.test('the other members are told of a user who joins, with payload and sender alike (S0-12, S0-25, S0-75, S0-103)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  await memberOf(t, service, BOB, 'general')
  const user = { id: '2', name: 'Bob' }
  t.strictSame(timeless(await ada.next()), { type: 'user_joined', room: 'general', payload: user, sender: user })
})

t.test('neither the joiner nor subscribers nor outsiders are told of a join', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  const carl = await memberOf(t, service, 'carl', 'general')
  t.strictSame(await received(cast), { ada: ['user_joined'], tab: ['user_joined'], bob: ['user_joined'] })
  t.strictSame(await carl.drain(), [])
})

t.test('a second connection of a user joins without a notice to anybody', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  const again = await memberOf(t, service, { sub: 'bob', name: 'Bob' }, 'general')
  t.strictSame(await received(cast), {})
  t.strictSame(await again.drain(), [])
})

t.test('a member who joins again gets room_info again, and nobody a notice', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  const { type, payload } = await cast.ada.request({ type: 'join_room', room: 'general' })
  t.equal(type, 'room_info')
  t.match(payload, { count: 2, users: [{ id: 'ada' }, { id: 'bob' }] })
  t.strictSame(await received(cast), {})
})

t.test('a subscriber who joins is a member from then on', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  const { payload } = await cast.sue.request({ type: 'join_room', room: 'general' })
  t.match(payload, { count: 3 })
  t.strictSame(await received(cast), { ada: ['user_joined'], tab: ['user_joined'], bob: ['user_joined'] })
})

t.test('room_info holds the place in the stream that the ack of the last message named', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  await ada.request({ type: 'publish', room: 'general', payload: 1 })
  const { payload: { seq, epoch } } = await ada.request({ type: 'publish', room: 'general', payload: 2 })
  const bob = await connectAs(t, service, BOB)
  const { payload } = await bob.request({ type: 'join_room', room: 'general' })
  t.strictSame([payload['seq'], payload['epoch']], [seq, epoch])
  t.equal(seq, 2)
})

t.test('room_info lists the first 1,000 users and says that there are more', async (t) => {
  const service = await startService(t)
  const { presence } = service.app.relay.port
  for (let n = 0; n < 1_000; n++) await presence.enter('big', { connectionId: `c${n}`, user: { id: `u${n}`, name: `U ${n}` }, as: 'member' }, 0)
  const ada = await connectAs(t, service, 'ada')
  const { payload } = await ada.request({ type: 'join_room', room: 'big' })
  const { users, count, truncated } = payload
  t.strictSame([Array.isArray(users) && users.length, count, truncated], [1_000, 1_001, true])
})

t.test('above WS_PRESENCE_MAX members nobody is told of joins and leaves', async (t) => {
  const service = await startService(t, { WS_PRESENCE_MAX: '2' })
  const ada = await memberOf(t, service, 'ada', 'general')
  await memberOf(t, service, BOB, 'general')
  const carl = await memberOf(t, service, 'carl', 'general')
  t.strictSame((await ada.drain()).map(({ payload }) => payload['id']), ['2'])
  await carl.request({ type: 'leave_room', room: 'general' })
  t.match(await ada.request({ type: 'online_users', room: 'general' }), { payload: { count: 2 } })
})
