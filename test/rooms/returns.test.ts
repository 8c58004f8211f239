import t from 'tap'
import { roomTopic } from '../../src/hub/topics.ts'
import type { ReceivedFrame, TestClient } from '../client.ts'
import { connectAs, postJson, startService, until, type Teardown } from '../helper.ts'
import { SlowRelay } from '../support/slow-relay.ts'
import { enter, member, startHub, type TestHubOptions } from '../support/test-hub.ts'

const ADMIN = { sub: 'root', role: 'admin' }

async function start (t: Teardown, options: TestHubOptions = {}) {
  const steps: { before: (operation: string, subject: string) => Promise<unknown> } = { before: async () => {} }
  const relay = new SlowRelay(async (operation, subject) => await steps.before(operation, subject))
  const service = await startHub(t, { ...options, relay })
  return { ...service, relay, steps, since: await relay.position('all') }
}

const resumeOf = (topics: Record<string, object>) => ({ type: 'resume', payload: { topics } })
const contents = (frames: readonly ReceivedFrame[]): unknown[] => frames.filter(({ type }) => type === 'news').map(({ payload }) => payload)
const notices = (frames: readonly ReceivedFrame[]): string[] => frames.filter(({ type }) => /^user_(?:joined|left)$/.test(type)).map(({ type, payload }) => `${type} ${payload['id']}`)

t.test('one topic that cannot be read: nothing is known, and what is in already stays and gets what was held back', async (t) => {
  const { hub, steps, since, ...service } = await start(t)
  const bob = await member(t, service, 'bob', 'b')
  for (const room of ['a', 'b', 'c']) await hub.toRoom(room, { type: 'news', payload: room })
  await bob.drain()
  steps.before = async (operation, subject) => {
    if (operation !== 'read' || subject !== 'room:c') return
    await hub.toRoom('b', { type: 'news', payload: 'meanwhile' })
    throw new Error('no answer')
  }
  const request = resumeOf({ 'room:a': since, 'room:b': since, 'room:c': since, 'user:bob': since })
  t.match(await bob.request(request), { type: 'error', payload: { severity: 'server' } })
  t.same(contents(await bob.drain()), ['meanwhile'])
  t.notOk(service.opened[0]?.rooms.has('c'))
  steps.before = async () => {}
  t.match(await bob.request(request), { payload: { topics: { 'room:a': { missed: 1 }, 'room:b': { missed: 2 }, 'room:c': { missed: 1 }, 'user:bob': { missed: 0 } } } })
  t.same(contents(await bob.drain()).sort(), ['a', 'b', 'c', 'meanwhile'])
  await hub.toRoom('c', { type: 'news', payload: 'later' })
  t.same(contents(await bob.drain()), ['later'], 'nothing is held back any more')
})

t.test('128 rooms come back at once, in their order each; one more is too many', async (t) => {
  const { hub, since, ...service } = await start(t)
  const rooms = Array.from({ length: 128 }, (_, index) => `room ${index}`)
  for (const room of rooms) for (const payload of [1, 2, 3]) await hub.toRoom(room, { type: 'news', payload })
  const bob = await enter(t, service, 'bob')
  const topics = Object.fromEntries(rooms.map((room) => [roomTopic(room), { ...since, member: true }]))
  const { payload } = await bob.request(resumeOf(topics))
  t.same(Object.values(payload['topics'] ?? {}), rooms.map(() => ({ recovered: true, missed: 3, ...since })))
  await until(() => bob.inbox.length >= 384)
  const frames = await bob.drain()
  for (const room of rooms) t.same(contents(frames.filter((frame) => frame.room === room)), [1, 2, 3])
  t.match(await bob.request({ type: 'join_room', room: 'another' }), { payload: { code: 'TOO_MANY_ROOMS' } })
})

t.test('more rooms than a connection may be in: those beyond are refused, each by itself', async (t) => {
  const { since, ...service } = await start(t, { limits: { maxRoomsPerClient: 2 } })
  const bob = await enter(t, service, 'bob')
  const { payload } = await bob.request(resumeOf({ 'room:a': since, 'room:b': since, 'room:c': since }))
  const states = Object.values(payload['topics'] ?? {})
  t.equal(states.filter(({ recovered }) => recovered).length, 2)
  t.match(states.filter(({ recovered }) => !recovered), [{ error: { code: 'TOO_MANY_ROOMS' } }])
  t.equal(service.opened[0]?.rooms.size, 2)
})

t.test('a member back within the grace is no news; after it, others are told', async (t) => {
  const { since, rooms, ...service } = await start(t, { presenceGraceMs: 60_000 })
  const ada = await member(t, service, 'ada', 'a')
  const leave = async (): Promise<TestClient> => {
    const bob = await enter(t, service, 'bob')
    await bob.request(resumeOf({ 'room:a': { ...since, member: true }, 'room:quiet': since }))
    return bob
  }
  const first = await leave()
  t.same(notices(await ada.drain()), ['user_joined bob'])
  first.socket.terminate()
  await until(() => service.hub.size === 1)
  const second = await leave()
  t.same(notices(await ada.drain()), [], 'back in time')
  await second.close(1000)
  await until(async () => (await rooms.members('a')).count === 1)
  await leave()
  t.same(notices(await ada.drain()), ['user_left bob', 'user_joined bob'])
})

t.test('a subscriber who comes back is seen by nobody', async (t) => {
  const { since, ...service } = await start(t)
  const ada = await member(t, service, 'ada', 'a')
  await (await enter(t, service, 'bob')).request(resumeOf({ 'room:a': since, 'room:b': { ...since, member: false } }))
  t.same(notices(await ada.drain()), [])
  t.match(await ada.request({ type: 'online_users', room: 'a' }), { payload: { count: 1 } })
})

t.test('no topic at all is an answer without any', async (t) => {
  const { ...service } = await start(t)
  t.match(await (await enter(t, service, 'bob')).request(resumeOf({})), { type: 'resumed', payload: { topics: {} } })
})

t.test('any room name that can be joined can be resumed', async (t) => {
  const { since, ...service } = await start(t)
  const bob = await enter(t, service, 'bob')
  for (const room of ['a\u2028b', 'a\u2029b', '__proto__', 'constructor', 'room:x', '\ud83d\ude00']) {
    t.match(await bob.request({ type: 'join_room', room }), { type: 'room_info' })
    const { payload } = await bob.request(resumeOf({ [roomTopic(room)]: since }))
    t.match(payload, { topics: { [roomTopic(room)]: { recovered: true, missed: 0 } } }, encodeURI(room))
  }
})

t.test('over REST: a message to users and rooms with exceptions; back in all topics there is one copy, and none for whom it excepted', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '0' })
  const send = async (payload: string, target: object, except?: object): Promise<void> => {
    const { status } = await postJson(service, '/ws/broadcast', { type: 'news', payload, target, ...(except && { except }) }, ADMIN)
    if (status !== 200) throw new Error(`refused: ${status}`)
  }
  const ada = await connectAs(t, service, 'ada')
  const { payload: { epoch } } = await ada.request({ type: 'join_room', room: 'hall' })
  const since = { epoch: String(epoch), seq: 0 }
  await send('both', { users: ['bob', 'eve'], rooms: ['hall', 'yard'] })
  await send('not bob', { users: ['eve'], rooms: ['hall'] }, { users: ['bob'] })
  await send('not the yard', { rooms: ['hall'] }, { rooms: ['yard'] })
  await send('not admins', { rooms: ['hall'] }, { roles: ['admin'] })
  const back = async (user: string, rooms: readonly string[]) => {
    const client = await connectAs(t, service, user)
    const topics = Object.fromEntries([`user:${user}`, ...rooms.map(roomTopic)].map((topic) => [topic, since]))
    const { payload } = await client.request(resumeOf(topics))
    const missed = Object.values(payload['topics'] ?? {}).map((state) => state.missed)
    return { missed, contents: contents(await client.drain()).sort() }
  }
  t.same(await back('bob', ['hall', 'yard']), { missed: [1, 1, 0], contents: ['both', 'not admins'] })
  t.same(await back('eve', ['hall']), { missed: [2, 2], contents: ['both', 'not admins', 'not bob', 'not the yard'] })
  t.same(await back('dan', ['yard']), { missed: [0, 1], contents: ['both'] })
})
