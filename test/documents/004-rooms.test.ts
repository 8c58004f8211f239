import t from 'tap'
import { connectAs, until } from '../helper.ts'
import { enter, enterRoom, startFlat } from './clients/flat-peer.ts'

t.test('a join is told to the whole room with all members, the joiner included (S4-27, S4-28, S4-53)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enter(t, service, 'ada'), await enter(t, service, 'bob')]
  t.strictSame(await ada.join('chat'), [{ type: 'system', message: 'ada joined', room: 'chat', members: ['ada'] }])
  const joined = { type: 'system', message: 'bob joined', room: 'chat', members: ['ada', 'bob'] }
  t.strictSame(await bob.join('chat'), [joined])
  t.strictSame(await ada.hearAll(), [joined])
})

t.test('the members told with a join are those who are there then, whoever came and went (S4-28)', async (t) => {
  const service = await startFlat(t)
  const ada = await enterRoom(t, service, 'ada', 'chat')
  const [bob, cyd] = [await enterRoom(t, service, 'bob', 'chat'), await enter(t, service, 'cyd')]
  bob.say({ type: 'leave_room', room: 'chat' })
  await bob.hearAll()
  await cyd.join('chat')
  await bob.join('chat')
  const members = (await ada.hearAll()).map((frame) => 'members' in frame ? frame.members : [])
  t.same(members, [['ada', 'bob'], [], ['ada', 'cyd'], ['ada', 'cyd', 'bob']])
})

t.test('who joins again is told again, and nobody else (S4-28)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat')]
  await ada.hearAll()
  t.strictSame(await ada.join('chat'), [{ type: 'system', message: 'ada joined', room: 'chat', members: ['ada', 'bob'] }])
  t.same(await bob.hearAll(), [])
})

t.test('a leave is told to those who remain, and to nobody else (S4-29, S4-30, S4-53)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob, olaf] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat'), await enter(t, service, 'olaf')]
  await ada.hearAll()
  ada.say({ type: 'leave_room', room: 'chat' })
  t.same(await ada.hearAll(), [])
  t.strictSame(await bob.hearAll(), [{ type: 'system', message: 'ada left', room: 'chat' }])
  t.same(await olaf.hearAll(), [])
  bob.say({ type: 'message', room: 'chat', text: 'gone' })
  t.same(await ada.hearAll(), [])
})

t.test('who leaves a room that it is not in, or that is not, changes nothing (S4-29)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enter(t, service, 'bob')]
  for (const room of ['chat', 'nowhere', '', undefined]) bob.say({ type: 'leave_room', room })
  bob.say({ type: 'join_room' })
  for (const peer of [ada, bob]) t.same(await peer.hearAll(), [])
})

t.test('a user is in a room, not a connection: after one tab joined all have its messages, and after one left none (S4-03, S4-04, X39)', async (t) => {
  const service = await startFlat(t)
  const [tab, otherTab, bob] = [await enter(t, service, 'ada'), await enter(t, service, 'ada'), await enterRoom(t, service, 'bob', 'chat')]
  const joined = { type: 'system', message: 'ada joined', room: 'chat', members: ['bob', 'ada'] }
  t.strictSame(await tab.join('chat'), [joined])
  t.strictSame(await otherTab.hearAll(), [joined])
  bob.say({ type: 'message', room: 'chat', text: 'hello' })
  for (const peer of [tab, otherTab]) t.strictSame(await peer.hearAll(), [{ type: 'message', from: 'bob', room: 'chat', text: 'hello' }])
  otherTab.say({ type: 'message', room: 'chat', text: 'hi' })
  for (const peer of [tab, otherTab]) t.strictSame(await peer.hearAll(), [{ type: 'message', from: 'ada', room: 'chat', text: 'hi' }])
  otherTab.say({ type: 'leave_room', room: 'chat' })
  await otherTab.hearAll()
  bob.say({ type: 'message', room: 'chat', text: 'gone' })
  for (const peer of [tab, otherTab]) t.same(await peer.hearAll(), [])
  t.same((await bob.hearAll()).map((frame) => 'message' in frame ? frame.message : frame), [
    'ada joined', { type: 'message', from: 'bob', room: 'chat', text: 'hello' }, { type: 'message', from: 'ada', room: 'chat', text: 'hi' },
    'ada left', { type: 'message', from: 'bob', room: 'chat', text: 'gone' }
  ])
})

t.test('a tab that is opened later is where its user is, and nobody is told (S4-04, X39)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'chat')]
  await ada.hearAll()
  const tab = await enter(t, service, 'ada')
  for (const peer of [ada, tab, bob]) t.same(await peer.hearAll(), [])
  bob.say({ type: 'message', room: 'chat', text: 'hello' })
  for (const peer of [ada, tab]) t.match(await peer.hearAll(), [{ from: 'bob', text: 'hello' }])
  await ada.close()
  await until(() => service.app.hub.size === 2)
  bob.say({ type: 'message', room: 'chat', text: 'still there?' })
  t.match(await tab.hearAll(), [{ text: 'still there?' }])
})

t.test('a tab that another one took along stays out of rooms that its own token does not open (S4-04, X13)', async (t) => {
  const service = await startFlat(t)
  const tab = await enterRoom(t, service, 'ada', 'staff')
  const bound = { sub: 'ada', rooms: { join: ['chat'] } }
  const later = await enter(t, service, bound)
  await tab.join('chat')
  tab.say({ type: 'message', room: 'staff', text: 'secret' })
  tab.say({ type: 'message', room: 'chat', text: 'hello' })
  await tab.hearAll()
  t.match((await later.hearAll()).map((frame) => 'room' in frame && frame.room), ['chat', 'chat'])
})

t.test('a connection that speaks another dialect comes and goes by itself, and its user stays with it (S4-04, X39)', async (t) => {
  const service = await startFlat(t)
  const bob = await enterRoom(t, service, 'bob', 'chat')
  const [tab, other] = [await enterRoom(t, service, 'ada', 'chat'), await connectAs(t, service, 'ada', { path: '/ws?dialect=hub.v1' })]
  t.match(await other.request({ type: 'send_message', room: 'chat', payload: { content: 'hi' } }), { payload: { code: 'NOT_IN_ROOM' } })
  await other.request({ type: 'join_room', room: 'chat' })
  tab.say({ type: 'leave_room', room: 'chat' })
  t.same(await tab.hearAll(), [])
  bob.say({ type: 'message', room: 'chat', text: 'hello' })
  t.match(await other.next('new_message'), { payload: { content: 'hello' } })
  t.same((await bob.hearAll()).map(({ type }) => type), ['system', 'message'])
  await other.request({ type: 'leave_room', room: 'chat' })
  t.strictSame(await bob.hear(), { type: 'system', message: 'ada left', room: 'chat' })
})

t.test('the user has left when the last connection has gone, and not before (S4-07, S4-38)', async (t) => {
  const service = await startFlat(t)
  const [tab, otherTab, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enter(t, service, 'ada'), await enterRoom(t, service, 'bob', 'chat')]
  await tab.close()
  await until(() => service.app.hub.size === 2)
  t.same(await bob.hearAll(), [])
  await otherTab.close()
  t.strictSame(await bob.hear(), { type: 'system', message: 'ada left', room: 'chat' })
  t.same((await service.app.rooms.members('chat')).users.map(({ id }) => id), ['bob'])
})

t.test('messages go to the room that they name, and to no other (S4-54)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await enterRoom(t, service, 'ada', 'chat'), await enterRoom(t, service, 'bob', 'news')]
  await ada.join('news')
  await bob.hearAll()
  for (const room of ['chat', 'news', 'chat']) ada.say({ type: 'message', room, text: room })
  t.same((await ada.hearAll()).map((frame) => 'text' in frame && frame.text), ['chat', 'news', 'chat'])
  t.same((await bob.hearAll()).map((frame) => 'text' in frame && frame.text), ['news'])
})

t.test('who speaks another dialect is a member like all others, and hears the same in its own words (S4-24, S4-28, S4-32, X01, X04)', async (t) => {
  const service = await startFlat(t)
  const ada = await enterRoom(t, service, 'ada', 'chat')
  const cyd = await connectAs(t, service, 'cyd', { path: '/ws?dialect=hub.v1' })
  await cyd.request({ type: 'join_room', room: 'chat' })
  t.strictSame(await ada.hear(), { type: 'system', message: 'cyd joined', room: 'chat', members: ['ada', 'cyd'] })
  await cyd.request({ type: 'send_message', room: 'chat', payload: { content: 'hello' } })
  t.strictSame(await ada.hear(), { type: 'message', from: 'cyd', room: 'chat', text: 'hello' })
  ada.say({ type: 'message', room: 'chat', text: 'hi' })
  t.match(await cyd.next('new_message'), { room: 'chat', payload: { content: 'hi' }, sender: { id: 'ada' } })
  ada.say({ type: 'typing', room: 'chat' })
  t.match(await cyd.next('user_typing'), { payload: { is_typing: true }, sender: { id: 'ada' } })
  cyd.send({ type: 'typing', room: 'chat' })
  cyd.send({ type: 'leave_room', room: 'chat' })
  t.match(await ada.hear(), { type: 'message', text: 'hi' })
  t.strictSame(await ada.hear(), { type: 'typing', user_id: 'cyd', room: 'chat', is_typing: true })
  t.match(await ada.hear(), { type: 'typing', is_typing: false })
  t.strictSame(await ada.hear(), { type: 'system', message: 'cyd left', room: 'chat' })
})
