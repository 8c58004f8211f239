import t from 'tap'
import { until } from '../helper.ts'
import { startTwoHubs } from '../support/linked-hubs.ts'
import { enter, member } from '../support/test-hub.ts'

t.test('a user is let in and out with the connections on all nodes, and each is shown the room', async (t) => {
  const [first, second] = await startTwoHubs(t)
  const tabs = [await enter(t, first, 'ada'), await enter(t, second, 'ada')]
  t.equal(await first.rooms.join('hall', 'ada'), 2)
  for (const tab of tabs) t.match(await tab.next('room_info'), { room: 'hall', payload: { count: 1 } })
  t.equal((await second.hub.toRoom('hall', { type: 'news' })).recipients, 2)
  t.equal(await second.rooms.leave('hall', 'ada'), 2)
  t.same(await first.rooms.list(), [])
})

t.test('a connection is let in and out by its id, wherever it is', async (t) => {
  const [first, second] = await startTwoHubs(t)
  await enter(t, first, 'ada')
  const tab = await enter(t, second, 'ada')
  const id = second.opened[0]?.id ?? ''
  t.equal(await first.rooms.join('hall', { id }), 1)
  t.equal((await tab.next('room_info')).room, 'hall')
  t.same(await first.rooms.list(), [{ room: 'hall', users: 1, connections: 1 }])
  t.equal(await first.rooms.leave('hall', id), 1)
  t.same(await first.rooms.list(), [])
})

t.test('a connection of the own node is let in without asking the others', async (t) => {
  const [first] = await startTwoHubs(t)
  await enter(t, first, 'ada')
  t.equal(await first.rooms.join('hall', first.opened[0]?.id ?? ''), 1)
  t.same(first.relay.asked, [])
})

t.test('when none can be let in the reason comes from the other node, else those count that are in', async (t) => {
  const [first, second] = await startTwoHubs(t, { limits: { maxConnectionsPerRoom: 1 } })
  await member(t, second, 'bob', 'hall')
  await enter(t, second, 'ada')
  await t.rejects(first.rooms.join('hall', 'ada'), { code: 'ROOM_FULL', message: 'room is at maximum capacity' })
  await enter(t, first, 'ada')
  t.equal(await first.rooms.join('cellar', 'ada'), 1)
})

t.test('a code that this node does not know is a fault of the other', async (t) => {
  const [first] = await startTwoHubs(t)
  first.relay.ask = async () => ({ answers: [{ node: 'node-2', answer: { connections: 0, refusal: { code: 'toString', message: 'x' } } }], missing: [] })
  await t.rejects(first.rooms.join('hall', 'ada'), { code: 'INTERNAL_ERROR' })
})

t.test('a node that does not say what became of it is warned of', async (t) => {
  const [first, second] = await startTwoHubs(t)
  await enter(t, first, 'ada')
  second.relay.isSilent = true
  t.equal(await first.rooms.join('hall', 'ada'), 1)
  await until(() => first.lines.some(({ level, fields }) => level === 'warn' && fields['room_id'] === 'hall'))
})

t.test('members of all nodes are told of each other', async (t) => {
  const [first, second] = await startTwoHubs(t)
  const ada = await member(t, first, 'ada', 'hall')
  const bob = await member(t, second, 'bob', 'hall')
  t.equal((await ada.next('user_joined')).sender?.id, 'bob')
  await ada.request({ type: 'send_message', room: 'hall', payload: { content: 'hello' } })
  t.match(await bob.next('new_message'), { payload: { content: 'hello' }, sender: { id: 'ada' }, seq: 1 })
  await ada.close(1000)
  t.equal((await bob.next('user_left')).sender?.id, 'ada')
})

t.test('a room is found with its users, its size and its position, one that nobody is in is not', async (t) => {
  const [first, second] = await startTwoHubs(t)
  await member(t, first, 'ada', 'hall')
  await member(t, second, 'bob', 'hall')
  const { seq, epoch } = await second.hub.toRoom('hall', { type: 'news' })
  t.same(await first.rooms.directory.find('hall', 1, 1), { room: 'hall', users: [{ id: 'bob', name: 'bob' }], count: 2, connections: 2, seq, epoch, missing: [] })
  t.equal(await first.rooms.directory.find('cellar', 10, 0), undefined)
  await t.rejects(first.rooms.directory.find('*', 10, 0), { code: 'INVALID_ROOM' })
})
