import t from 'tap'
import { enter, member, startHub } from '../support/test-hub.ts'

t.test('a broadcast reaches every connection, with its place in the stream of everybody (S0-67, S2-51, S3-33, S4-09)', async (t) => {
  const service = await startHub(t)
  const clients = [await enter(t, service, 'ada'), await enter(t, service, 'ada'), await enter(t, service, 'bob')]
  const { recipients, seq, epoch } = await service.hub.broadcast({ type: 'news', payload: { a: 1 } })
  t.same([recipients, seq, typeof epoch], [3, 1, 'string'])
  for (const client of clients) t.match(await client.next('news'), { payload: { a: 1 }, seq: 1, topic: 'all', room: undefined, sender: undefined })
})

t.test('a user is reached on all connections, others are not (S1-51, S3-34, S4-08)', async (t) => {
  const service = await startHub(t)
  const tabs = [await enter(t, service, 'ada'), await enter(t, service, 'ada')]
  const bob = await enter(t, service, 'bob')
  t.equal((await service.hub.toUser('ada', { type: 'news' })).recipients, 2)
  for (const tab of tabs) t.match(await tab.next('news'), { topic: 'user:ada', seq: 1, payload: null })
  t.same(await bob.drain(), [])
})

t.test('a user who is not there is no fault but a line for debugging, and nothing is kept for later (S1-52)', async (t) => {
  const service = await startHub(t)
  t.equal((await service.hub.toUser('ada', { type: 'news' })).recipients, 0)
  await service.hub.notify.profileUpdated({ user_id: 'ada', changes: ['name'] })
  t.match(service.lines.filter(({ text }) => text === 'Client not connected for notification'), [
    { level: 'debug', fields: { user_id: 'ada', event: 'news' } }, { level: 'debug', fields: { user_id: 'ada', event: 'profile.updated' } }
  ])
  const ada = await enter(t, service, 'ada')
  t.same(await ada.drain(), [])
})

t.test('a role is reached by everybody who has it among others (S3-35)', async (t) => {
  const service = await startHub(t)
  const admin = await enter(t, service, 'ada', { roles: ['user', 'admin'] })
  const user = await enter(t, service, 'bob')
  t.equal((await service.hub.toRole('admin', { type: 'news' })).recipients, 1)
  t.match(await admin.next('news'), { topic: 'role:admin', seq: 1 })
  t.same(await user.drain(), [])
})

t.test('a room is reached by members and subscribers; the frame names the room and no topic (S2-52)', async (t) => {
  const service = await startHub(t)
  const ada = await member(t, service, 'ada', 'hall')
  const bob = await enter(t, service, 'bob')
  await bob.request({ type: 'subscribe', room: 'hall' })
  const carl = await enter(t, service, 'carl')
  t.equal((await service.hub.toRoom('hall', { type: 'room_update' })).recipients, 2)
  for (const client of [ada, bob]) t.match(await client.next('room_update'), { room: 'hall', seq: 1, topic: undefined })
  t.same(await carl.drain(), [])
})

t.test('a room is reached without the users that are excepted, on all their connections (S4-12)', async (t) => {
  const service = await startHub(t)
  const tabs = [await member(t, service, 'ada', 'hall'), await member(t, service, 'ada', 'hall')]
  const bob = await member(t, service, 'bob', 'hall')
  for (const client of [...tabs, bob]) await client.drain()
  t.match(await service.hub.to({ rooms: ['hall'] }, { type: 'news' }, { except: { users: ['ada'] } }), { recipients: 1 })
  t.match(await bob.next('news'), { room: 'hall' })
  for (const tab of tabs) t.same(await tab.drain(), [])
})

t.test('a room that nobody is in takes a message without a fault (S0-65)', async (t) => {
  const { hub } = await startHub(t)
  t.equal((await hub.toRoom('nowhere', { type: 'news' })).recipients, 0)
})

t.test('a single connection is reached by its id, without a place in any stream', async (t) => {
  const service = await startHub(t)
  const [ada, tab] = [await enter(t, service, 'ada'), await enter(t, service, 'ada')]
  const result = await service.hub.toConnection(service.opened[0]?.id ?? '', { type: 'news' })
  t.same(result, { recipients: 1 })
  t.match(await ada.next('news'), { seq: undefined, topic: undefined })
  t.same(await tab.drain(), [])
})

t.test('each topic counts on its own, one up for each message', async (t) => {
  const { hub } = await startHub(t)
  const numbers = []
  for (const room of ['a', 'b', 'a', 'a']) numbers.push((await hub.toRoom(room, { type: 'news' })).seq)
  numbers.push((await hub.toUser('a', { type: 'news' })).seq, (await hub.broadcast({ type: 'news' })).seq)
  t.same(numbers, [1, 1, 2, 3, 1, 1])
})

t.test('sender, id and room of an event are shown as given, the time is set by the hub (S0-31, S1-55)', async (t) => {
  const service = await startHub(t)
  const ada = await enter(t, service, 'ada')
  const before = Date.now()
  await service.hub.toUser('ada', { type: 'news', id: 'n1', room: 'hall', sender: { id: 'bot', name: 'Bot' } })
  const frame = await ada.next('news')
  t.match(frame, { id: 'n1', room: 'hall', sender: { id: 'bot', name: 'Bot' }, payload: null, topic: 'user:ada' })
  t.ok(Date.parse(frame.timestamp) >= before - 1)
})

t.test('an event without a type is refused, whatever it is published to', async (t) => {
  const { hub } = await startHub(t)
  await t.rejects(hub.broadcast({ type: '' }), { code: 'HUB_ERR_BAD_EVENT' })
})

t.test('a payload that is no JSON is refused to its publisher and harms nobody (S1-54)', async (t) => {
  const service = await startHub(t)
  const ada = await enter(t, service, 'ada')
  await t.rejects(service.hub.broadcast({ type: 'news', payload: 1n }), { code: 'HUB_ERR_BAD_EVENT' })
  t.same(await ada.drain(), [])
})

t.test('connections are found by themselves, by their id and by their user (S1-18)', async (t) => {
  const service = await startHub(t)
  for (const user of ['ada', 'bob', 'ada']) await enter(t, service, user)
  const [first, second, third] = service.opened
  t.same([service.hub.find('ada'), service.hub.find(second?.id ?? ''), service.hub.find({ id: third?.id ?? '' })], [[first, third], [second], [third]])
  t.same([service.hub.find('carl'), service.hub.ofUser('bob')], [[], [second]])
})

t.test('who is online is known by user (S0-71, S0-72, S4-14)', async (t) => {
  const service = await startHub(t)
  for (const user of ['ada', 'bob', 'ada']) await enter(t, service, user)
  t.same(await service.hub.onlineUsers(), ['ada', 'bob'])
  t.same([await service.hub.isOnline('ada'), await service.hub.isOnline('carl')], [true, false])
})

t.test('the stats count connections, users, rooms and messages (S1-68, S3-36, S4-15)', async (t) => {
  const service = await startHub(t)
  const ada = await member(t, service, 'ada', 'hall')
  await enter(t, service, 'ada', { roles: ['admin'] })
  await service.hub.broadcast({ type: 'news' })
  await ada.drain()
  const { timestamp, uptime_s: uptime, nodes, ...stats } = await service.hub.stats()
  t.same(stats, { total_clients: 2, online_users: 1, total_rooms: 1, by_role: { user: 1, admin: 1 }, messages: { in: 2, out: 2 } })
  t.match(nodes, [{ id: 'node-1', clients: 2, rooms: 1, uptime_s: uptime }])
  t.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 5_000)
})
