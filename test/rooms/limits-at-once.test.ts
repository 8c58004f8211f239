import t from 'tap'
import { connectAs, memberOf, startService } from '../helper.ts'

t.test('rooms entered at once do not pass the limit of rooms, and those refused leave no trace', async (t) => {
  const { app, address } = await startService(t, { WS_MAX_ROOMS_PER_CLIENT: '1' })
  await connectAs(t, { address }, 'ada')
  const joins = await Promise.allSettled(['a', 'b', 'c'].map((room) => app.rooms.join(room, 'ada')))
  t.equal(joins.filter(({ status }) => status === 'fulfilled').length, 1)
  t.match(joins.filter(({ status }) => status === 'rejected'), [{ reason: { code: 'TOO_MANY_ROOMS' } }, { reason: { code: 'TOO_MANY_ROOMS' } }])
  t.equal((await app.rooms.list()).length, 1)
})

t.test('rooms of one resume do not pass it either', async (t) => {
  const { app, address } = await startService(t, { WS_MAX_ROOMS_PER_CLIENT: '2' })
  const ada = await connectAs(t, { address }, 'ada')
  const topics = Object.fromEntries(['a', 'b', 'c', 'd'].map((room) => [`room:${room}`, { epoch: 'old', seq: 1 }]))
  t.match(await ada.request({ type: 'resume', payload: { topics } }), { type: 'resumed' })
  t.equal(app.hub.roomCount, 2)
})

t.test('a tab that cannot be let in does not keep the others out', async (t) => {
  const { app, address } = await startService(t, { WS_MAX_ROOMS_PER_CLIENT: '1' })
  const first = await connectAs(t, { address }, 'ada')
  await memberOf(t, { address }, 'ada', 'elsewhere')
  const third = await connectAs(t, { address }, 'ada')
  t.equal(await app.rooms.join('hall', 'ada'), 2)
  for (const tab of [first, third]) t.match(await tab.next('room_info'), { room: 'hall' })
})

t.test('above WS_PRESENCE_MAX neither an arrival nor its departure is told', async (t) => {
  const service = await startService(t, { WS_PRESENCE_MAX: '2' })
  const ada = await memberOf(t, service, 'ada', 'hall')
  await memberOf(t, service, 'bob', 'hall')
  const eve = await memberOf(t, service, 'eve', 'hall')
  await eve.request({ type: 'leave_room', room: 'hall' })
  t.same((await ada.drain()).map(({ type, sender }) => [type, sender?.id]), [['user_joined', 'bob']])
})

t.test('a stop that came too soon after the last one is told when the second is over', async (t) => {
  const service = await startService(t, {}, { timings: { typingRepeatMs: 200, typingTimeoutMs: 60_000 } })
  const ada = await memberOf(t, service, 'ada', 'hall')
  const bob = await memberOf(t, service, 'bob', 'hall')
  for (const type of ['stop_typing', 'typing', 'stop_typing']) ada.send({ type, room: 'hall' })
  const told = [await bob.next('user_typing'), await bob.next('user_typing'), await bob.next('user_typing')]
  t.same(told.map(({ payload }) => payload['is_typing']), [false, true, false])
})
