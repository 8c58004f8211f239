import { once } from 'node:events'
import t from 'tap'
import { until, type Teardown, type TestService } from '../helper.ts'
import { startNodes } from '../support/nodes.ts'
import { startRedis } from '../support/redis-server.ts'
import { enter, enterRoom, knock, startFlat, type FlatPeer } from './clients/flat-peer.ts'

const QUICK = { redisTimings: { sweepMs: 20, probeMs: 20 } }

/** Two nodes for clients of document 004. */
async function startTwo (t: Teardown): Promise<[TestService, TestService]> {
  const { nodes: [here, there] } = await startNodes(t, { WS_DIALECT: 'flat.v1', WS_PRESENCE_GRACE: '0s' }, QUICK)
  return [here, there]
}

/** Waits until a peer has heard so many messages, and returns their texts; other frames are passed over. */
async function texts (peer: FlatPeer, count: number): Promise<string[]> {
  const heard: string[] = []
  while (heard.length < count) {
    const frame = await peer.hear()
    if ('text' in frame) heard.push(frame.text)
  }
  return heard
}

t.test('members of one room on two nodes talk as on one, each copy once, the sender\'s included (S4-01, S4-24, S4-44, S4-56)', async (t) => {
  const [here, there] = await startTwo(t)
  const [ada, bob] = [await enterRoom(t, here, 'ada', 'chat'), await enterRoom(t, there, 'bob', 'chat')]
  for (const text of ['one', 'two']) ada.say({ type: 'message', room: 'chat', text })
  t.same(await texts(bob, 2), ['one', 'two'])
  bob.say({ type: 'message', room: 'chat', text: 'three' })
  t.same(await texts(ada, 3), ['one', 'two', 'three'])
  t.same(await texts(bob, 1), ['three'])
  for (const peer of [ada, bob]) t.same(await peer.hearAll(), [])
})

t.test('every join is told with all members, on whatever nodes they are, every leave without (S4-28, S4-30)', async (t) => {
  const [here, there] = await startTwo(t)
  const ada = await enterRoom(t, here, 'ada', 'chat')
  const bob = await enter(t, there, 'bob')
  t.strictSame(await bob.join('chat'), [{ type: 'system', message: 'bob joined', room: 'chat', members: ['ada', 'bob'] }])
  t.strictSame(await ada.hear(), { type: 'system', message: 'bob joined', room: 'chat', members: ['ada', 'bob'] })
  const cyd = await enterRoom(t, here, 'cyd', 'chat')
  for (const peer of [ada, bob]) t.strictSame(await peer.hear(), { type: 'system', message: 'cyd joined', room: 'chat', members: ['ada', 'bob', 'cyd'] })
  await cyd.close()
  for (const peer of [ada, bob]) t.strictSame(await peer.hear(), { type: 'system', message: 'cyd left', room: 'chat' })
  await enterRoom(t, there, 'dan', 'chat')
  for (const peer of [ada, bob]) t.strictSame(await peer.hear(), { type: 'system', message: 'dan joined', room: 'chat', members: ['ada', 'bob', 'dan'] })
})

t.test('a user\'s tabs on two nodes join and leave as one, also one that is opened later (S4-04, S4-29, X39)', async (t) => {
  const [here, there] = await startTwo(t)
  const bob = await enterRoom(t, there, 'bob', 'chat')
  const [tab, otherTab] = [await enter(t, here, 'ada'), await enter(t, there, 'ada')]
  const joined = { type: 'system', message: 'ada joined', room: 'chat', members: ['bob', 'ada'] }
  t.strictSame(await tab.join('chat'), [joined])
  t.strictSame(await otherTab.hear(), joined)
  const laterTab = await enter(t, there, 'ada')
  bob.say({ type: 'message', room: 'chat', text: 'hello' })
  for (const peer of [tab, otherTab, laterTab]) t.same(await texts(peer, 1), ['hello'])
  otherTab.say({ type: 'leave_room', room: 'chat' })
  await otherTab.hearAll()
  bob.say({ type: 'message', room: 'chat', text: 'gone' })
  t.same(await texts(bob, 2), ['hello', 'gone'])
  for (const peer of [tab, otherTab, laterTab]) t.same(await peer.hearAll(), [])
})

t.test('the user has left when the last connection on all nodes has gone (S4-07, S4-38)', async (t) => {
  const [here, there] = await startTwo(t)
  const bob = await enterRoom(t, there, 'bob', 'chat')
  const [tab, otherTab] = [await enterRoom(t, here, 'ada', 'chat'), await enter(t, there, 'ada')]
  await tab.close()
  await until(async () => (await there.app.rooms.directory.find('chat', 10, 0))?.connections === 2)
  t.match(await bob.hearAll(), [{ message: 'ada joined' }])
  await otherTab.close()
  t.strictSame(await bob.hear(), { type: 'system', message: 'ada left', room: 'chat' })
})

t.test('tabs that go while they are being brought in leave nothing behind (S4-04, S4-07, S4-16)', async (t) => {
  const [here, there] = await startTwo(t)
  const tab = await enterRoom(t, here, 'ada', 'chat')
  await Promise.all(Array.from({ length: 10 }, async (_, index) => {
    const { socket, ended } = await knock(t, there, 'ada')
    await once(socket, index % 2 === 0 ? 'open' : 'message')
    socket.terminate()
    await ended
  }))
  await until(() => there.app.hub.size === 0)
  await until(async () => (await here.app.rooms.directory.find('chat', 10, 0))?.connections === 1)
  await tab.close()
  await until(async () => await here.app.rooms.directory.find('chat', 10, 0) === undefined)
})

t.test('typing and the number of connections go over all nodes (S4-15, S4-22, S4-32)', async (t) => {
  const [here, there] = await startTwo(t)
  const [ada, bob] = [await enterRoom(t, here, 'ada', 'chat'), await enterRoom(t, there, 'bob', 'chat')]
  ada.say({ type: 'typing', room: 'chat' })
  t.strictSame(await bob.hear(), { type: 'typing', user_id: 'ada', room: 'chat', is_typing: true })
  await until(async () => (await here.app.hub.online()).connections === 2)
  await until(() => here.app.relay.port.connectionsElsewhere() === 1)
  t.equal((await here.app.hub.stats()).total_clients, 2)
  t.strictSame(await (await knock(t, here, 'cyd')).hear(), { type: 'system', message: 'Connected successfully', user_id: 'cyd', online_count: 3 })
})

t.test('the log says when the relay can be used, why not when it cannot, and the relay goes on (S4-42)', async (t) => {
  const redis = await startRedis(t)
  const service = await startFlat(t, { REDIS_URL: redis.url })
  const lines = (): unknown[] => service.logs.map(({ msg }) => msg).filter((msg) => msg === 'Redis answers' || msg === 'Relay error: Redis cannot be used, trying on')
  await until(() => lines().length === 1)
  await redis.kill()
  await until(() => lines().length === 2)
  await redis.restart()
  await until(() => lines().length === 3)
  t.same(lines(), ['Redis answers', 'Relay error: Redis cannot be used, trying on', 'Redis answers'])
  t.match(service.logs.filter(({ msg }) => msg === 'WebSocket relay listener started'), [{ level: 30, logger: 'ws_relay' }])
  t.match(service.logs.find(({ msg }) => msg === 'Relay error: Redis cannot be used, trying on'), { reason: String })
  await until(() => service.app.relay.status().ready)
  const ada = await enterRoom(t, service, 'ada', 'chat')
  ada.say({ type: 'message', room: 'chat', text: 'again' })
  t.same(await texts(ada, 1), ['again'])
})

t.test('the relay listens from the start of the application to its end (S4-43)', async (t) => {
  const redis = await startRedis(t)
  const listeners = async (): Promise<number> => String(await redis.command('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('\n').filter((line) => line !== '').length
  const service = await startFlat(t, { REDIS_URL: redis.url })
  await until(async () => await listeners() === 1)
  await service.app.close()
  await until(async () => await listeners() === 0)
  t.notMatch(String(await redis.command('PUBSUB', 'CHANNELS')), /hub/)
})
