import t from 'tap'
import { connect, type TestClient } from '../client.ts'
import { memberOf, startService, tokenFor, until, type Teardown } from '../helper.ts'
import { collectGarbage } from '../support/collect-garbage.ts'
import { enter, member, startHub, type TestHubOptions } from '../support/test-hub.ts'

const HOUR_MS = 3_600_000

/** A hub where Ada watches Bob in the hall; typing times out in an hour unless a test says otherwise. */
async function startWithTwo (t: Teardown, { timings, ...options }: TestHubOptions = {}) {
  const service = await startHub(t, { ...options, timings: { typingTimeoutMs: HOUR_MS, typingRepeatMs: HOUR_MS, ...timings } })
  const ada = await member(t, service, 'ada', 'hall')
  const bob = await member(t, service, 'bob', 'hall')
  await ada.next('user_joined')
  return { ...service, ada, bob }
}

async function states (client: TestClient): Promise<unknown[]> {
  return (await client.drain()).map(({ type, payload }) => type === 'user_typing' ? payload['is_typing'] : type)
}

t.test('the others are told who types and where, without a place in the stream (S0-14, S0-63, S3-78, S4-32)', async (t) => {
  const { ada, bob } = await startWithTwo(t)
  bob.send({ type: 'typing', room: 'hall' })
  t.match(await ada.next(), { type: 'user_typing', room: 'hall', payload: { is_typing: true }, sender: { id: 'bob', name: 'bob' }, seq: undefined, topic: undefined })
})

t.test('the own tabs of the typist are not told', async (t) => {
  const { ada, bob, ...service } = await startWithTwo(t)
  const tab = await member(t, service, 'bob', 'hall')
  bob.send({ type: 'typing', room: 'hall' })
  await ada.next('user_typing')
  t.same([await bob.drain(), await tab.drain()], [[], []])
})

t.test('c15: a state is told once within a second, however often it is sent', async (t) => {
  const { ada, bob } = await startWithTwo(t)
  for (let sent = 0; sent < 20; sent += 1) bob.send({ type: 'typing', room: 'hall' })
  for (let sent = 0; sent < 20; sent += 1) bob.send({ type: 'stop_typing', room: 'hall' })
  await bob.drain()
  t.same(await states(ada), [true, false], '(S0-64)')
})

t.test('a state is told again when the second has passed', async (t) => {
  const { ada, bob } = await startWithTwo(t, { timings: { typingRepeatMs: 0 } })
  for (let sent = 0; sent < 3; sent += 1) bob.send({ type: 'typing', room: 'hall' })
  await bob.drain()
  t.same(await states(ada), [true, true, true])
})

t.test('each room and each connection has a second of its own', async (t) => {
  const { ada, bob, ...service } = await startWithTwo(t)
  const carl = await member(t, service, 'carl', 'hall')
  for (const client of [ada, bob]) await client.request({ type: 'join_room', room: 'cellar' })
  await ada.drain()
  for (const [client, room] of [[bob, 'hall'], [bob, 'cellar'], [carl, 'hall']] as const) client.send({ type: 'typing', room })
  await Promise.all([bob.drain(), carl.drain()])
  t.same((await ada.drain()).map(({ sender, room }) => `${sender?.id} ${room}`).sort(), ['bob cellar', 'bob hall', 'carl hall'])
})

t.test('a typist who falls silent is said to have stopped, once', async (t) => {
  const { ada, bob } = await startWithTwo(t, { timings: { typingTimeoutMs: 20 } })
  bob.send({ type: 'typing', room: 'hall' })
  t.same((await ada.next('user_typing')).payload, { is_typing: true })
  t.match(await ada.next('user_typing'), { payload: { is_typing: false }, sender: { id: 'bob' } })
  await bob.request({ type: 'leave_room', room: 'hall' })
  t.same(await states(ada), ['user_left'])
})

t.test('who goes on typing is not said to have stopped, although the repetition is not told', async (t) => {
  const { ada, bob } = await startWithTwo(t, { timings: { typingTimeoutMs: 1_000 } })
  const typing = setInterval(() => bob.send({ type: 'typing', room: 'hall' }), 20)
  t.teardown(() => clearInterval(typing))
  const start = Date.now()
  await until(() => Date.now() - start > 1_500)
  t.same(await states(ada), [true])
})

const ends: Record<string, (client: TestClient) => unknown> = {
  leaves: (client) => client.request({ type: 'leave_room', room: 'hall' }),
  'closes the connection': (client) => client.close(1000),
  'loses the connection': ({ socket }) => socket.terminate()
}

for (const [what, end] of Object.entries(ends)) {
  t.test(`a typist who ${what} is said to have stopped`, async (t) => {
    const { ada, bob } = await startWithTwo(t)
    bob.send({ type: 'typing', room: 'hall' })
    t.same((await ada.next('user_typing')).payload, { is_typing: true })
    await end(bob)
    t.same((await ada.next('user_typing')).payload, { is_typing: false })
  })
}

t.test('a member who does not type is said nothing of when it leaves', async (t) => {
  const { ada, bob } = await startWithTwo(t)
  await bob.request({ type: 'leave_room', room: 'hall' })
  t.same(await states(ada), ['user_left'])
})

t.test('where rooms are open, a typist from outside is said to have stopped when its connection ends', async (t) => {
  const { ada, ...service } = await startWithTwo(t, { policy: { publishRequiresJoin: false } })
  const carl = await enter(t, service, 'carl')
  carl.send({ type: 'typing', room: 'hall' })
  t.same((await ada.next('user_typing')).payload, { is_typing: true })
  await carl.close()
  t.same((await ada.next('user_typing')).payload, { is_typing: false })
})

t.test('from outside nobody types where clients may not publish, whatever they speak; a member may', async (t) => {
  const service = await startService(t, { WS_CLIENT_PUBLISH: 'false' })
  const ada = await memberOf(t, service, 'ada', 'hall')
  const carl = connect(t, service.address, { token: await tokenFor({ sub: 'carl', rooms: { join: ['*'] } }), protocols: ['flat.v1'], checksFrames: false })
  await carl.next('system')
  carl.send({ type: 'typing', room: 'hall' })
  await carl.request({ type: 'ping' })
  t.same(await states(ada), [])
  await carl.request({ type: 'join_room', room: 'hall' })
  carl.send({ type: 'typing', room: 'hall' })
  await carl.request({ type: 'ping' })
  t.same(await states(ada), ['user_joined', true])
})

t.test('where rooms are open, typing in ever new rooms does not take ever more memory', async (t) => {
  const { ada, bob } = await startWithTwo(t, { policy: { publishRequiresJoin: false } })
  const typeIn = async (from: number, count: number) => {
    for (let room = from; room < from + count; room += 1) bob.send({ type: 'typing', room: `room-${room}` })
    await bob.drain()
  }
  await typeIn(0, 2_000)
  const before = await collectGarbage()
  await typeIn(2_000, 20_000)
  const grownBytes = await collectGarbage() - before
  t.ok(grownBytes < 3_000_000, `grown by ${grownBytes} bytes`)
  t.ok(await ada.drain())
})
