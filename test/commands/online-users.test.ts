import t from 'tap'
import { connectAs, memberOf, startService } from '../helper.ts'
import { castOf, received, timeless } from '../support/cast.ts'

t.test('the members of a room are told to whoever asks, with the id of the request (S0-17, S0-30)', async (t) => {
  const service = await startService(t)
  const { olaf } = await castOf(t, service, 'general')
  t.strictSame(timeless(await olaf.request({ type: 'online_users', room: 'general' })), {
    type: 'online_users',
    id: olaf.lastId,
    room: 'general',
    payload: { room_id: 'general', users: [{ id: 'ada', name: 'Ada' }, { id: 'bob', name: 'Bob' }], count: 2 }
  })
})

t.test('a question without an id gets an answer without one', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  ada.send({ type: 'online_users', payload: { room_id: 'general' } })
  t.notOk(Object.hasOwn(await ada.next('online_users'), 'id'))
})

t.test('asking makes nobody a member and tells nobody', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  await cast.olaf.request({ type: 'online_users', room: 'general' })
  await cast.ada.request({ type: 'publish', room: 'general', payload: 1 })
  t.strictSame(await received(cast), { tab: ['message'], bob: ['message'], sue: ['message'] })
})

t.test('a room that nobody is in has no users', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const { payload } = await ada.request({ type: 'online_users', room: 'nowhere' })
  t.strictSame(payload, { room_id: 'nowhere', users: [], count: 0 })
  t.equal(service.app.hub.roomCount, 0)
})

t.test('of more than 1,000 users the first 1,000 are listed, and the answer says that there are more', async (t) => {
  const service = await startService(t)
  const { presence } = service.app.relay.port
  for (let n = 0; n < 1_001; n++) await presence.enter('big', { connectionId: `c${n}`, user: { id: `u${n}`, name: `U ${n}` }, as: 'member' }, 0)
  const ada = await connectAs(t, service, 'ada')
  const { users, ...rest } = (await ada.request({ type: 'online_users', room: 'big' })).payload
  t.strictSame(rest, { room_id: 'big', count: 1_001, truncated: true })
  t.equal(Array.isArray(users) && users.length, 1_000)
})

t.test('who may not join a room is not told who is in it', async (t) => {
  const service = await startService(t)
  const { ada } = await castOf(t, service, 'general')
  const eve = await connectAs(t, service, { sub: 'eve', rooms: { join: ['chat:*'], publish: ['general'] } })
  const { room, payload } = await eve.request({ type: 'online_users', room: 'general' })
  t.match({ room, payload }, { payload: { code: 'FORBIDDEN', message: 'you may not join this room', users: undefined, count: undefined } })
  t.match((await eve.request({ type: 'online_users', payload: { room_id: 'general' } })).payload, { code: 'FORBIDDEN' }, 'wherever it is named')
  t.match((await eve.request({ type: 'online_users', room: 'chat:1' })).payload, { room_id: 'chat:1', count: 0 })
  t.match((await ada.request({ type: 'online_users', room: 'chat:1' })).payload, { count: 0 }, 'a token that says nothing of rooms opens all')
})

t.test('online_users without a room is refused', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const { payload } = await ada.request({ type: 'online_users' })
  t.strictSame(payload, { code: 'MISSING_ROOM', message: 'room is required', severity: 'client' })
})
