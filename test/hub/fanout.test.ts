import t from 'tap'
import type { Teardown } from '../helper.ts'
import { enter, member, startHub } from '../support/test-hub.ts'

/** Ada is a member of the hall and an admin, Bob a member, Carl an admin, Dora nothing of it. */
async function startWithFour (t: Teardown) {
  const service = await startHub(t)
  const ada = await enter(t, service, 'ada', { roles: ['admin', 'user'] })
  await ada.request({ type: 'join_room', room: 'hall' })
  const bob = await member(t, service, 'bob', 'hall')
  const carl = await enter(t, service, 'carl', { roles: ['admin'] })
  const dora = await enter(t, service, 'dora')
  await ada.drain()
  return { ...service, ada, bob, carl, dora }
}

t.test('a connection in several targets gets one copy, and counts once (S3-38)', async (t) => {
  const { hub, ada, bob, carl, dora } = await startWithFour(t)
  const target = { users: ['ada', 'ada'], rooms: ['hall'], roles: ['admin', 'user'] }
  t.equal((await hub.to(target, { type: 'news' })).recipients, 4)
  for (const client of [ada, bob, carl, dora]) t.equal((await client.drain()).length, 1)
})

t.test('the copy is the one of the user, else of the room, else of the role', async (t) => {
  const { hub, ada, bob, carl } = await startWithFour(t)
  await hub.toRoom('hall', { type: 'earlier' })
  await hub.to({ roles: ['admin'], rooms: ['hall'], users: ['ada'] }, { type: 'news' })
  t.match(await ada.next('news'), { topic: 'user:ada', seq: 1, room: undefined })
  t.match(await bob.next('news'), { room: 'hall', seq: 2, topic: undefined })
  t.match(await carl.next('news'), { topic: 'role:admin', seq: 1, room: undefined })
})

t.test('a message with several targets takes a number in the stream of each', async (t) => {
  const { hub } = await startWithFour(t)
  const { seq, epoch } = await hub.to({ users: ['ada'], rooms: ['hall'] }, { type: 'news' })
  t.same([seq, epoch], [undefined, undefined], 'no single number to tell')
  t.same([(await hub.toUser('ada', { type: 'x' })).seq, (await hub.toRoom('hall', { type: 'x' })).seq], [2, 2])
})

t.test('nobody who is excepted by user, role, room or connection gets a copy (S0-66)', async (t) => {
  const { hub, opened, ada, bob, carl, dora } = await startWithFour(t)
  const recipients = []
  for (const except of [{ users: ['ada'] }, { roles: ['admin'] }, { rooms: ['hall'] }, { connections: [opened[0]?.id ?? ''] }]) {
    recipients.push((await hub.to('all', { type: 'news' }, { except })).recipients)
  }
  t.same(recipients, [3, 2, 2, 3])
  t.same(await Promise.all([ada, bob, carl, dora].map(async (client) => (await client.drain()).length)), [0, 3, 3, 4])
})

t.test('exceptions hold for several targets as for one', async (t) => {
  const { hub, ada, bob } = await startWithFour(t)
  t.equal((await hub.to({ users: ['ada', 'bob'], rooms: ['hall'] }, { type: 'news' }, { except: { users: ['bob'] } })).recipients, 1)
  t.equal((await ada.drain()).length, 1)
  t.same(await bob.drain(), [])
})

t.test('a target with nobody in it reaches nobody, an unknown connection neither', async (t) => {
  const { hub, ada } = await startWithFour(t)
  t.same(await hub.to({}, { type: 'news' }), { recipients: 0 })
  t.same(await hub.to({ connections: ['nobody'] }, { type: 'news' }), { recipients: 0 })
  t.same(await ada.drain(), [])
})

t.test('a room that an event names beside its target stays on the frame, with the topic it came by', async (t) => {
  const { hub, bob } = await startWithFour(t)
  await hub.to({ rooms: ['hall'] }, { type: 'news', room: 'elsewhere' })
  t.match(await bob.next('news'), { room: 'elsewhere', topic: 'room:hall', seq: 1 })
})

t.test('messages of one publisher arrive at everybody in the order of the calls', async (t) => {
  const { hub, ada, bob } = await startWithFour(t)
  const numbers = Array.from({ length: 500 }, (_, index) => index + 1)
  await Promise.all(numbers.map((payload) => hub.toRoom('hall', { type: 'news', payload })))
  for (const client of [ada, bob]) t.same((await client.drain()).map(({ seq, payload }) => [seq, payload]), numbers.map((number) => [number, number]))
})
