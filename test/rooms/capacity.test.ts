import t from 'tap'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import { enter, member, startHub, type TestHub } from '../support/test-hub.ts'

/** Fills a room with users that have no socket: as another node's would be. */
async function crowd ({ relay }: Pick<TestHub, 'relay'>, room: string, size: number): Promise<void> {
  for (let number = 1; number <= size; number += 1) {
    const user = { id: `guest-${number}`, name: `Guest ${number}` }
    await relay.presence.enter(room, { connectionId: `c${number}`, user, as: 'member' }, 0)
  }
}

t.test('a full room refuses the next connection with ROOM_FULL, and it gets nothing (S2-23, S2-43)', async (t) => {
  const service = await startHub(t, { limits: { maxConnectionsPerRoom: 2 } })
  await member(t, service, 'ada', 'hall')
  await member(t, service, 'ada', 'hall')
  const bob = await enter(t, service, 'bob')
  t.match((await bob.request({ type: 'join_room', room: 'hall' })).payload, { code: 'ROOM_FULL', message: 'room is at maximum capacity' })
  t.equal((await service.hub.toRoom('hall', { type: 'news' })).recipients, 2)
  t.equal((await bob.request({ type: 'publish', room: 'hall' })).payload['code'], 'NOT_IN_ROOM')
})

t.test('subscribers take room like members, and leave it', async (t) => {
  const service = await startHub(t, { limits: { maxConnectionsPerRoom: 1 } })
  const ada = await enter(t, service, 'ada')
  const bob = await enter(t, service, 'bob')
  await ada.request({ type: 'subscribe', room: 'hall' })
  t.equal((await bob.request({ type: 'subscribe', room: 'hall' })).payload['code'], 'ROOM_FULL')
  await ada.request({ type: 'unsubscribe', room: 'hall' })
  t.equal((await bob.request({ type: 'join_room', room: 'hall' })).type, 'room_info')
})

t.test('who is in a full room already may be in it in both ways', async (t) => {
  const service = await startHub(t, { limits: { maxConnectionsPerRoom: 1 } })
  const ada = await member(t, service, 'ada', 'hall')
  t.match(await ada.request({ type: 'subscribe', room: 'hall' }), { type: 'subscribed', payload: { client_count: 1 } })
  t.equal((await ada.request({ type: 'join_room', room: 'hall' })).type, 'room_info')
})

t.test('a refused join leaves no room behind', async (t) => {
  const service = await startHub(t, { limits: { maxRoomsPerClient: 1 } })
  const ada = await member(t, service, 'ada', 'hall')
  await ada.request({ type: 'join_room', room: 'cellar' })
  t.same((await service.rooms.list()).map(({ room }) => room), ['hall'])
})

t.test('a connection in as many rooms as it may be is refused with TOO_MANY_ROOMS (S0-123)', async (t) => {
  const service = await startHub(t, { limits: { maxRoomsPerClient: 2 } })
  const ada = await member(t, service, 'ada', 'hall')
  await ada.request({ type: 'subscribe', room: 'cellar' })
  t.match((await ada.request({ type: 'join_room', room: 'attic' })).payload, { code: 'TOO_MANY_ROOMS', message: 'at most 2 rooms per connection' })
  t.equal((await ada.request({ type: 'subscribe', room: 'attic' })).payload['code'], 'TOO_MANY_ROOMS')
})

t.test('a second way into the same room is no further room', async (t) => {
  const service = await startHub(t, { limits: { maxRoomsPerClient: 1 } })
  const ada = await member(t, service, 'ada', 'hall')
  t.equal((await ada.request({ type: 'subscribe', room: 'hall' })).type, 'subscribed')
  await ada.request({ type: 'leave_room', room: 'hall' })
  t.equal((await ada.request({ type: 'join_room', room: 'cellar' })).payload['code'], 'TOO_MANY_ROOMS')
  await ada.request({ type: 'unsubscribe', room: 'hall' })
  t.equal((await ada.request({ type: 'join_room', room: 'cellar' })).type, 'room_info')
})

t.test('the count of a room tells connections of both kinds, over all nodes', async (t) => {
  const service = await startHub(t)
  await crowd(service, 'hall', 3)
  const ada = await enter(t, service, 'ada')
  t.match((await ada.request({ type: 'subscribe', room: 'hall' })).payload, { room: 'hall', client_count: 4, seq: 0, epoch: String })
  t.match((await ada.request({ type: 'unsubscribe', room: 'hall' })).payload, { room: 'hall', client_count: 3 })
})

t.test('above the maximum nobody is told of arrivals and departures', async (t) => {
  const service = await startHub(t, { limits: { presenceMax: 2 } })
  const ada = await member(t, service, 'ada', 'hall')
  const bob = await member(t, service, 'bob', 'hall')
  const carl = await member(t, service, 'carl', 'hall')
  await carl.request({ type: 'join_room', room: 'hall' })
  t.same((await ada.drain()).map(({ sender }) => sender?.id), ['bob'])
  await member(t, service, 'dora', 'hall')
  await bob.close(1000)
  t.same(await ada.drain(), [])
})

t.test('of more than a thousand members the first thousand are listed, and all are counted', async (t) => {
  const service = await startHub(t, { relay: new MemoryRelay() })
  await crowd(service, 'hall', 1_001)
  const ada = await enter(t, service, 'ada')
  const { payload } = await ada.request({ type: 'online_users', room: 'hall' })
  t.match(payload, { room_id: 'hall', count: 1_001, truncated: true })
  t.same([payload['users']].flat().length, 1_000)
  t.match((await ada.request({ type: 'join_room', room: 'hall' })).payload, { count: 1_002, truncated: true })
})

t.test('a list of exactly a thousand is not called cut off', async (t) => {
  const service = await startHub(t)
  await crowd(service, 'hall', 1_000)
  t.same(Object.keys(await service.rooms.members('hall')), ['room_id', 'users', 'count'])
})
