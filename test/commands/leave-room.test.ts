import t from 'tap'
import { connectAs, memberOf, startService } from '../helper.ts'
import { castOf, received, timeless } from '../support/cast.ts'

t.test('a leave is acknowledged with the id of the request (S0-08)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const answer = await ada.request({ type: 'leave_room', payload: { room_id: 'general' } })
  t.strictSame(timeless(answer), { type: 'ack', id: ada.lastId, payload: {} })
})

t.test('a leave without an id is acknowledged all the same', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  ada.send({ type: 'leave_room', room: 'general' })
  t.strictSame(timeless(await ada.next()), { type: 'ack', payload: {} })
})

t.test('the other members are told of a user who leaves, with payload and sender alike (S0-13, S0-78)', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  await bob.request({ type: 'leave_room', room: 'general' })
  const user = { id: 'bob', name: 'Bob' }
  t.strictSame(timeless(await ada.next()), { type: 'user_left', room: 'general', payload: user, sender: user })
})

t.test('neither who leaves nor subscribers nor outsiders are told of a leave', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  await cast.bob.request({ type: 'leave_room', room: 'general' })
  t.strictSame(await received(cast), { ada: ['user_left'], tab: ['user_left'] })
})

t.test('nobody is told while another connection of the user is still a member', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  await cast.tab.request({ type: 'leave_room', room: 'general' })
  t.strictSame(await received(cast), {})
  await cast.ada.request({ type: 'leave_room', room: 'general' })
  t.strictSame(await received(cast), { bob: ['user_left'] })
})

t.test('a leave of a room that one is not in, or that is not there, is acknowledged and told to nobody (S0-77)', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  for (const room of ['general', 'nowhere']) t.match(await cast.olaf.request({ type: 'leave_room', room }), { type: 'ack', payload: {} })
  t.match(await cast.sue.request({ type: 'leave_room', room: 'general' }), { type: 'ack' })
  t.strictSame(await received(cast), {})
})

t.test('who has left gets no more of the room, nor may send to it', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  await cast.bob.request({ type: 'leave_room', room: 'general' })
  await received(cast)
  await cast.ada.request({ type: 'publish', room: 'general', payload: 1 })
  t.strictSame(await received(cast), { tab: ['message'], sue: ['message'] })
  t.match(await cast.bob.request({ type: 'publish', room: 'general', payload: 1 }), { payload: { code: 'NOT_IN_ROOM' } })
})

t.test('who leaves and is subscribed too goes on receiving messages, but no notices', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  await cast.bob.request({ type: 'subscribe', room: 'general' })
  await cast.bob.request({ type: 'leave_room', room: 'general' })
  await received(cast)
  await memberOf(t, service, 'carl', 'general')
  await cast.ada.request({ type: 'publish', room: 'general', payload: 1 })
  t.strictSame((await received(cast))['bob'], ['message'])
})

t.test('after the last member has left the room is as new', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  await ada.request({ type: 'leave_room', room: 'general' })
  const bob = await connectAs(t, service, 'bob')
  t.match(await bob.request({ type: 'online_users', room: 'general' }), { payload: { users: [], count: 0 } })
  t.equal(service.app.hub.roomCount, 0)
})
