import t from 'tap'
import type { TestClient } from '../client.ts'
import { until, type Teardown } from '../helper.ts'
import { enter, member, startHub, type TestHubOptions } from '../support/test-hub.ts'

/** A hub with Ada watching the hall. */
async function startWithAda (t: Teardown, options: TestHubOptions = {}) {
  const service = await startHub(t, options)
  return { ...service, ada: await member(t, service, 'ada', 'hall') }
}

/** Arrivals and departures that a client has been told of so far. */
async function notices (client: TestClient): Promise<string[]> {
  return (await client.drain()).filter(({ type }) => type.startsWith('user_')).map(({ type, sender }) => `${type} ${sender?.id}`)
}

t.test('the others are told of an arrival, with the user as payload and as sender (S0-75, S0-103, S3-77)', async (t) => {
  const { ada, ...service } = await startWithAda(t)
  await member(t, service, 'bob', 'hall')
  const bob = { id: 'bob', name: 'bob' }
  t.match(await ada.next(), { type: 'user_joined', room: 'hall', payload: bob, sender: bob, seq: undefined, topic: undefined })
})

t.test('the joiner is told who is there, itself included, and not of its own arrival (S0-76)', async (t) => {
  const { ada: _, ...service } = await startWithAda(t)
  const bob = await enter(t, service, 'bob')
  const { type, payload } = await bob.request({ type: 'join_room', room: 'hall' })
  t.equal(type, 'room_info')
  t.match(payload, { room_id: 'hall', users: [{ id: 'ada', name: 'ada' }, { id: 'bob', name: 'bob' }], count: 2, seq: 0, epoch: String })
  t.same(await bob.drain(), [])
})

t.test('a user with several tabs arrives and departs once', async (t) => {
  const { ada, ...service } = await startWithAda(t)
  const tabs = [await member(t, service, 'bob', 'hall'), await member(t, service, 'bob', 'hall'), await member(t, service, 'bob', 'hall')]
  for (const tab of tabs) await tab.close(1000)
  t.equal((await ada.next('user_left')).sender?.id, 'bob')
  t.same(await notices(ada), ['user_joined bob'])
})

t.test('joining again tells nobody, and is answered as before', async (t) => {
  const { ada, ...service } = await startWithAda(t)
  const bob = await member(t, service, 'bob', 'hall')
  t.equal((await bob.request({ type: 'join_room', room: 'hall' })).payload['count'], 2)
  t.same(await notices(ada), ['user_joined bob'])
})

t.test('the own tabs of a user are not told of it', async (t) => {
  const { ada, ...service } = await startWithAda(t)
  const tab = await member(t, service, 'ada', 'hall')
  await tab.request({ type: 'leave_room', room: 'hall' })
  t.same([await ada.drain(), await tab.drain()], [[], []])
})

t.test('leaving is told at once, and a second time not at all (S0-77, S0-78)', async (t) => {
  const { ada, ...service } = await startWithAda(t)
  const bob = await member(t, service, 'bob', 'hall')
  t.equal((await bob.request({ type: 'leave_room', room: 'hall' })).type, 'ack')
  t.same(await notices(ada), ['user_joined bob', 'user_left bob'])
  t.equal((await bob.request({ type: 'leave_room', room: 'hall' })).type, 'ack')
  t.same(await notices(ada), [])
})

for (const code of [1000, 1005]) {
  t.test(`an orderly end with ${code} is told at once (S4-07, S4-38)`, async (t) => {
    const { ada, ...service } = await startWithAda(t, { presenceGraceMs: 3_600_000 })
    const bob = await member(t, service, 'bob', 'hall')
    bob.socket.close(code === 1005 ? undefined : code)
    t.equal((await ada.next('user_left')).sender?.id, 'bob')
  })
}

const breaks: Record<string, (client: TestClient) => unknown> = {
  'a broken connection (1006)': ({ socket }) => socket.terminate(),
  'a page reload (1001)': ({ socket }) => socket.close(1001),
  'another close code': ({ socket }) => socket.close(4000)
}

for (const [what, end] of Object.entries(breaks)) {
  t.test(`after ${what} a user who is back in time neither left nor joined`, async (t) => {
    const { ada, ...service } = await startWithAda(t)
    const bob = await member(t, service, 'bob', 'hall')
    t.same(await notices(ada), ['user_joined bob'])
    end(bob)
    await until(() => service.hub.size === 1)
    t.equal((await service.rooms.members('hall')).count, 2)
    await member(t, service, 'bob', 'hall')
    t.same(await notices(ada), [])
  })

  t.test(`after ${what} the departure is told once, when the grace is over (S0-78, S4-38)`, async (t) => {
    const { ada, ...service } = await startWithAda(t, { presenceGraceMs: 30 })
    end(await member(t, service, 'bob', 'hall'))
    t.equal((await ada.next('user_left')).sender?.id, 'bob')
    t.same(await notices(ada), ['user_joined bob'])
    t.equal((await service.rooms.members('hall')).count, 1)
  })
}

t.test('a subscriber is told of no arrival, and no one of its', async (t) => {
  const { ada, ...service } = await startWithAda(t)
  const bob = await enter(t, service, 'bob')
  await bob.request({ type: 'subscribe', room: 'hall' })
  await member(t, service, 'carl', 'hall')
  t.same([await notices(ada), await notices(bob)], [['user_joined carl'], []])
})
