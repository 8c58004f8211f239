import { once } from 'node:events'
import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import { connect, type TestClient } from '../client.ts'
import { until, type Teardown } from '../helper.ts'
import { makeGate } from '../support/gate.ts'
import { startTwoHubs, type LinkedHub } from '../support/linked-hubs.ts'
import { enter, type TestHubOptions } from '../support/test-hub.ts'

/** A client of the first node whose subscriptions are not confirmed yet. */
async function arriving (t: Teardown, options: TestHubOptions = {}) {
  const [first, second] = await startTwoHubs(t, options)
  const gate = makeGate()
  first.relay.subscribing = () => gate.opened
  const ada = connect(t, first.address, { path: '/?user=ada' })
  await until(() => first.hub.size === 1)
  return { first, second, gate, ada }
}

async function answersPing ({ socket }: TestClient): Promise<void> {
  await until(() => socket.readyState === socket.OPEN)
  socket.ping()
  await once(socket, 'pong')
}

t.test('what another node publishes right after the greeting reaches the client', async (t) => {
  const [first, second] = await startTwoHubs(t)
  const ada = await enter(t, first, 'ada')
  t.equal((await second.hub.toUser('ada', { type: 'news' })).recipients, 1)
  t.equal((await ada.next()).type, 'news')
})

t.test('the greeting waits for the subscriptions, and what comes meanwhile waits behind it', async (t) => {
  const { first, second, gate, ada } = await arriving(t)
  await second.hub.toUser('ada', { type: 'early', payload: 1 })
  await first.hub.broadcast({ type: 'early', payload: 2 })
  await answersPing(ada)
  t.same(ada.inbox, [])
  gate.open()
  t.equal((await ada.next()).type, 'connected')
  t.same([(await ada.next()).payload, (await ada.next()).payload], [1, 2])
  await second.hub.toUser('ada', { type: 'late' })
  t.equal((await ada.next()).type, 'late')
})

t.test('what the client asks before its greeting is answered after it, in order', async (t) => {
  const { gate, ada } = await arriving(t)
  await until(() => ada.socket.readyState === ada.socket.OPEN)
  const answers = Promise.all([ada.request({ type: 'join_room', room: 'hall' }), ada.request({ type: 'ping' })])
  await answersPing(ada)
  t.same(ada.inbox, [])
  gate.open()
  const connected = await ada.next('connected')
  t.same((await answers).map(({ type }) => type), ['room_info', 'pong'])
  t.match(connected.payload, { user_id: 'ada', node_id: 'node-1', online_count: 1 })
})

t.test('a client that ends before its greeting gets nothing and leaves nothing', async (t) => {
  const { first, gate, ada } = await arriving(t)
  await first.hub.broadcast({ type: 'early' })
  await ada.close(1000)
  await until(() => first.hub.size === 0)
  gate.open()
  await until(async () => (await first.hub.online()).connections === 0)
  t.same([ada.inbox, first.hub.census.userCount, await first.hub.isOnline('ada')], [[], 0, false])
})

t.test('a client that the server closes before its greeting gets the close alone', async (t) => {
  const { first, gate, ada } = await arriving(t)
  await first.hub.broadcast({ type: 'early' })
  first.opened[0]?.close(closeCodes.restarting)
  gate.open()
  t.equal((await ada.closed).code, 1012)
  t.same(ada.inbox, [])
})

t.test('more than a full socket could have waiting is not kept: the client is closed as too slow', async (t) => {
  const { first, gate, ada } = await arriving(t, { outbox: { messages: 5 } })
  for (let number = 0; number < 6; number += 1) await first.hub.broadcast({ type: 'early' })
  t.equal((await ada.closed).code, 1013)
  gate.open()
  t.same(ada.inbox, [])
})

t.test('with a policy of dropping the client is told what it missed before its greeting', async (t) => {
  const { first, gate, ada } = await arriving(t, { outbox: { messages: 2 }, slowClient: 'drop' })
  for (let number = 0; number < 5; number += 1) await first.hub.broadcast({ type: 'early' })
  gate.open()
  const frames = [await ada.next(), await ada.next(), await ada.next(), await ada.next()]
  t.same(frames.map(({ type, seq }) => [type, seq]), [['connected', undefined], ['early', 1], ['early', 2], ['gap', undefined]])
  t.match(frames[3]?.payload, { topic: 'all', from_seq: 3, to_seq: 5 })
})

t.test('waiting for the subscriptions is no sign of a slow client', async (t) => {
  const { first, gate, ada } = await arriving(t, { times: { writeTimeoutMs: 0 } })
  await first.hub.broadcast({ type: 'early' })
  for (let turn = 0; turn < 20; turn += 1) await endOfTurn()
  await answersPing(ada)
  gate.open()
  t.same([(await ada.next()).type, (await ada.next()).type], ['connected', 'early'])
})

t.test('subscriptions that cannot be confirmed are warned of, and the client is greeted all the same', async (t) => {
  const [first] = await startTwoHubs(t)
  first.relay.subscribing = async () => { throw new Error('no answer') }
  t.ok(await enter(t, first, 'ada'))
  t.match(first.lines.find(({ text }) => text === 'subscriptions not confirmed'), { level: 'warn' })
})

t.test('the greeting counts the connections of all nodes', async (t) => {
  const [first, second] = await startTwoHubs(t)
  const onlineCount = async (hub: LinkedHub, user: string) => (await connect(t, hub.address, { path: `/?user=${user}` }).next()).payload['online_count']
  t.equal(await onlineCount(first, 'ada'), 1)
  await until(() => second.relay.connectionsElsewhere() === 1)
  t.equal(await onlineCount(second, 'bob'), 2)
})

t.test('positions are those of its topics that are kept, before what waits for the greeting: a cut right behind it loses nothing', async (t) => {
  const { second, gate, ada } = await arriving(t)
  await second.hub.toUser('ada', { type: 'early', payload: 1 })
  await second.hub.toUser('ada', { type: 'early', payload: 2 })
  gate.open()
  const { payload } = await ada.next('connected')
  t.match(payload, { positions: { 'user:ada': { epoch: String, seq: 0 } } })
  t.same(Object.keys(Object(payload['positions'])), ['user:ada'], 'roles and everybody are not kept unasked')
  t.same([(await ada.next()).seq, (await ada.next()).seq], [1, 2])
  const { payload: { topics } } = await ada.request({ type: 'resume', payload: { topics: payload['positions'] } })
  t.match(topics, { 'user:ada': { recovered: true, missed: 2, seq: 0 } })
})

t.test('positions that cannot be had are left out, and the client is greeted all the same', async (t) => {
  const [first] = await startTwoHubs(t)
  first.relay.positions = async () => { throw new Error('no answer') }
  const ada = connect(t, first.address, { path: '/?user=ada' })
  t.same((await ada.next('connected')).payload['positions'], {})
  t.match(first.lines.find(({ level }) => level === 'warn'), { fields: { err: Error } })
})
