import { Type } from '@sinclair/typebox'
import t from 'tap'
import { enter, member, startHub } from '../support/test-hub.ts'

t.test('the application lets all connections of a user in, and each is shown the room (S4-10)', async (t) => {
  const service = await startHub(t)
  const tabs = [await enter(t, service, 'ada'), await enter(t, service, 'ada')]
  t.equal(await service.rooms.join('hall', 'ada'), 2)
  for (const tab of tabs) t.match(await tab.next('room_info'), { room: 'hall', id: undefined, payload: { room_id: 'hall', count: 1 } })
  t.equal((await service.hub.toRoom('hall', { type: 'news' })).recipients, 2)
})

t.test('the application lets a single connection in, by itself or by its id', async (t) => {
  const service = await startHub(t)
  const [ada, tab] = [await enter(t, service, 'ada'), await enter(t, service, 'ada')]
  const [first, second] = service.opened
  t.equal(await service.rooms.join('hall', { id: first?.id ?? '' }), 1)
  t.equal(await service.rooms.join('cellar', second?.id ?? ''), 1)
  t.same([(await ada.drain()).map(({ room }) => room), (await tab.drain()).map(({ room }) => room)], [['hall'], ['cellar']])
})

t.test('the application takes a user out again, and the others are told (S4-11)', async (t) => {
  const service = await startHub(t)
  const ada = await member(t, service, 'ada', 'hall')
  await member(t, service, 'bob', 'hall')
  t.equal(await service.rooms.leave('hall', 'bob'), 1)
  t.equal((await ada.next('user_left')).sender?.id, 'bob')
  t.equal((await service.rooms.members('hall')).count, 1)
})

t.test('a handler can let its own connection in', async (t) => {
  const service = await startHub(t)
  service.hub.handle('enter_lobby', { schema: Type.Unknown() }, async ({ connection }) => await service.rooms.join('lobby', connection))
  const ada = await enter(t, service, 'ada')
  ada.send({ type: 'enter_lobby', id: '1' })
  t.same([(await ada.next()).type, (await ada.next()).payload], ['room_info', { result: 1 }])
})

t.test('a user or connection that is not there is let in nowhere', async (t) => {
  const { rooms } = await startHub(t)
  t.same([await rooms.join('hall', 'nobody'), await rooms.leave('hall', { id: 'nobody' })], [0, 0])
  t.same(await rooms.list(), [])
})

t.test('a name that is none is refused, also when nobody would be meant', async (t) => {
  const { rooms } = await startHub(t)
  const refused = { code: 'INVALID_ROOM' }
  await t.rejects(rooms.join('*', 'nobody'), refused)
  await t.rejects(rooms.leave('*', 'nobody'), refused)
  await t.rejects(rooms.members('*'), refused)
})

t.test('members are a copy: nobody changes the room by changing the list (S4-13)', async (t) => {
  const service = await startHub(t)
  await member(t, service, 'ada', 'hall')
  const { users } = await service.rooms.members('hall')
  if (Array.isArray(users)) users.length = 0
  t.equal((await service.rooms.members('hall')).users.length, 1)
})

t.test('a room is entered and left, says who is there and how many, and is gone when it is empty (S0-80)', async (t) => {
  const service = await startHub(t)
  const { rooms } = service
  t.match(await rooms.members('hall'), { users: [], count: 0 })
  await member(t, service, 'ada', 'hall')
  const bob = await member(t, service, 'bob', 'hall')
  t.match(await rooms.members('hall'), { users: [{ id: 'ada' }, { id: 'bob' }], count: 2 })
  await bob.request({ type: 'leave_room', room: 'hall' })
  t.match(await rooms.members('hall'), { users: [{ id: 'ada' }], count: 1 })
  await rooms.leave('hall', 'ada')
  t.match(await rooms.members('hall'), { users: [], count: 0 })
  t.same(await rooms.list(), [])
})

t.test('rooms are listed with users and connections, and vanish with the last (S0-73, S0-127, S3-80, S4-16)', async (t) => {
  const service = await startHub(t)
  const ada = await member(t, service, 'ada', 'hall')
  const bob = await enter(t, service, 'bob')
  await bob.request({ type: 'subscribe', room: 'hall' })
  t.same(await service.rooms.list(), [{ room: 'hall', users: 1, connections: 2 }])
  await ada.request({ type: 'leave_room', room: 'hall' })
  t.same(await service.rooms.list(), [{ room: 'hall', users: 0, connections: 1 }])
  await bob.request({ type: 'unsubscribe', room: 'hall' })
  t.same([await service.rooms.list(), service.hub.roomCount], [[], 0])
})

t.test('joins, leaves and the end of a room are logged in the words of the documents (S0-74, S0-79, S4-10, S4-11)', async (t) => {
  const service = await startHub(t)
  const ada = await member(t, service, 'ada', 'hall')
  await ada.request({ type: 'leave_room', room: 'hall' })
  await ada.request({ type: 'leave_room', room: 'hall' })
  const lines = service.lines.filter(({ fields }) => fields['room_id'] === 'hall')
  t.match(lines, [
    { text: 'client joined room', fields: { client_id: service.opened[0]?.id, room_size: 1 } },
    { text: 'client left room', fields: { client_id: service.opened[0]?.id, room_size: 0 } },
    { text: 'room removed (empty)' }
  ])
  t.equal(lines.length, 3)
})

t.test('who is member and subscriber gets each message once, and stays subscribed after leaving', async (t) => {
  const service = await startHub(t)
  const ada = await member(t, service, 'ada', 'hall')
  await ada.request({ type: 'subscribe', room: 'hall' })
  t.equal((await service.hub.toRoom('hall', { type: 'news' })).recipients, 1)
  await ada.request({ type: 'leave_room', room: 'hall' })
  t.equal((await service.hub.toRoom('hall', { type: 'news' })).recipients, 1)
  await ada.request({ type: 'unsubscribe', room: 'hall' })
  t.equal((await service.hub.toRoom('hall', { type: 'news' })).recipients, 0)
})
