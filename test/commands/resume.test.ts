import t from 'tap'
import { isRecord } from '../../src/guards.ts'
import { connect, type ReceivedFrame, type TestClient } from '../client.ts'
import { connectAs, memberOf, postJson, startService, tokenFor, until, type Claims, type Teardown, type TestService } from '../helper.ts'

interface Position { readonly epoch: string, readonly seq: number }

const ADMIN = { sub: 'root', role: 'admin' }

/** Where a room stands, by what a client is told when it joins. */
function positionOf ({ payload: { epoch, seq } }: ReceivedFrame): Position {
  return { epoch: String(epoch), seq: Number(seq) }
}

async function say (client: TestClient, room: string, ...contents: readonly string[]): Promise<void> {
  for (const content of contents) await client.request({ type: 'send_message', room, payload: { content } })
}

/** What a client has received of a topic: numbers and contents. */
function heard (frames: readonly ReceivedFrame[]): Array<[number | undefined, unknown]> {
  return frames.filter(({ seq }) => seq !== undefined).map(({ seq, payload }) => [seq, payload['content']])
}

async function start (t: Teardown, env: Record<string, string> = {}) {
  const service = await startService(t, { WS_MESSAGE_RATE: '0', ...env })
  const ada = await memberOf(t, service, 'ada', 'hall')
  const bob = await connectAs(t, service, 'bob')
  const position = positionOf(await bob.request({ type: 'join_room', room: 'hall' }))
  await ada.next('user_joined')
  return { service, ada, bob, position }
}

async function notify (service: TestService, user: string, payload: unknown): Promise<void> {
  await postJson(service, '/ws/broadcast', { type: 'news', payload, target: { users: [user] } }, ADMIN)
}

t.test('a member comes back with its position: the answer, then what it missed, then the present (S3-79, S3-85)', async (t) => {
  const { service, ada, bob, position } = await start(t)
  await say(ada, 'hall', 'a')
  bob.socket.terminate()
  await say(ada, 'hall', 'b', 'c')
  const back = await connectAs(t, service, 'bob')
  const info = await back.request({ type: 'join_room', room: 'hall', payload: { since: { ...position, seq: position.seq + 1 } } })
  t.match(info, { type: 'room_info', payload: { room_id: 'hall', count: 2, recovered: true, missed: 2, epoch: position.epoch, seq: 1 } })
  await say(ada, 'hall', 'd')
  t.same(heard(await back.drain()), [[2, 'b'], [3, 'c'], [4, 'd']])
})

t.test('a subscriber comes back the same way', async (t) => {
  const { service, ada, position } = await start(t)
  await say(ada, 'hall', 'a', 'b')
  const back = await connectAs(t, service, 'bob')
  t.match(await back.request({ type: 'subscribe', room: 'hall', payload: { since: position } }), { type: 'subscribed', payload: { recovered: true, missed: 2, seq: 0 } })
  t.same(heard(await back.drain()), [[1, 'a'], [2, 'b']])
})

t.test('nothing missed is nothing to follow; without `since` nothing is said of it', async (t) => {
  const { bob, position } = await start(t)
  t.match(await bob.request({ type: 'join_room', room: 'hall', payload: { since: position } }), { payload: { recovered: true, missed: 0 } })
  t.match(await bob.request({ type: 'join_room', room: 'hall' }), { payload: { recovered: undefined, missed: undefined } })
})

t.test('c16: another epoch, a position above the top, one too far back, a room of which nothing is kept: told, and nothing follows', async (t) => {
  const { service, ada, position } = await start(t, { WS_HISTORY_RULES: 'room:hall=2/60s,room:silent=0' })
  await say(ada, 'hall', 'a', 'b', 'c', 'd', 'e')
  const { epoch } = position
  const silent = positionOf(await ada.request({ type: 'join_room', room: 'silent' }))
  await say(ada, 'silent', 'a')
  const back = await connectAs(t, service, 'bob')
  const cases: Array<[string, Position, object]> = [
    ['hall', { epoch: 'other', seq: 1 }, { recovered: false, missed: undefined, epoch, seq: 5 }],
    ['hall', { epoch, seq: 6 }, { recovered: false, missed: undefined, epoch, seq: 5 }],
    ['hall', { epoch, seq: 2 }, { recovered: false, missed: 3, epoch, seq: 5 }],
    ['silent', silent, { recovered: false, missed: 1, seq: 1 }],
    ['hall', { epoch, seq: 3 }, { recovered: true, missed: 2, epoch, seq: 3 }]
  ]
  for (const [room, since, payload] of cases) t.match(await back.request({ type: 'join_room', room, payload: { since } }), { payload }, JSON.stringify(since))
  t.same(heard(await back.drain()), [[4, 'd'], [5, 'e']])
})

t.test('c16: a position that is none is refused, and the field is named', async (t) => {
  const { bob, position } = await start(t)
  for (const since of [7, 'x', {}, { epoch: 'e' }, { ...position, seq: -1 }, { ...position, seq: 1.5 }, { ...position, seq: 2 ** 53 }, { epoch: 1, seq: 1 }, []]) {
    const answer = await bob.request({ type: 'join_room', room: 'hall', payload: { since } })
    t.match(answer, { type: 'error', payload: { code: 'INVALID_PAYLOAD', message: /since/ } }, JSON.stringify(since))
  }
})

t.test('what a user said itself is among what it missed', async (t) => {
  const { service, bob, position } = await start(t)
  await say(bob, 'hall', 'mine')
  bob.socket.terminate()
  const back = await connectAs(t, service, 'bob')
  t.match(await back.request({ type: 'join_room', room: 'hall', payload: { since: position } }), { payload: { missed: 1 } })
  t.match(await back.next('new_message'), { seq: 1, sender: { id: 'bob' }, payload: { content: 'mine' } })
})

t.test('one request brings many topics back: rooms as member or as subscriber, the user, and refuses what it may not', async (t) => {
  const { service, ada, bob, position } = await start(t, { WS_MAX_CONNECTIONS_PER_ROOM: '2' })
  await ada.request({ type: 'join_room', room: 'yard' })
  const yard = positionOf(await bob.request({ type: 'subscribe', room: 'yard' }))
  bob.socket.terminate()
  await until(async () => (await ada.request({ type: 'online_users', room: 'yard' })).payload['count'] === 1)
  await say(ada, 'hall', 'a')
  await say(ada, 'yard', 'b')
  const others = [await memberOf(t, service, 'eve', 'full'), await memberOf(t, service, 'dan', 'full')]
  t.equal(others.length, 2)
  await notify(service, 'bob', { content: 'ring' })
  const back = await connectAs(t, service, 'bob')
  const user = { epoch: position.epoch, seq: 0 }
  const { payload } = await back.request({
    type: 'resume', payload: { topics: { 'room:hall': { ...position, member: true }, 'room:yard': yard, 'user:bob': user, 'room:full': position } }
  })
  t.match(payload, {
    topics: {
      'room:hall': { recovered: true, missed: 1, seq: 0 },
      'room:yard': { recovered: true, missed: 1, seq: 0 },
      'user:bob': { recovered: true, missed: 1, seq: 0 },
      'room:full': { recovered: false, error: { code: 'ROOM_FULL' } }
    }
  })
  t.same(heard(await back.drain()).map(([, content]) => content).sort(), ['a', 'b', 'ring'])
  t.match(await ada.request({ type: 'online_users', room: 'hall' }), { payload: { count: 2 } })
  t.match(await ada.request({ type: 'online_users', room: 'yard' }), { payload: { count: 1 } }, 'a subscriber is not seen')
})

t.test('topics of others are refused in their place, and as a whole where there is nothing else', async (t) => {
  const { bob, position } = await start(t)
  const foreign = { 'user:ada': position, 'role:admin': position }
  t.match(await bob.request({ type: 'resume', payload: { topics: foreign } }), { type: 'error', payload: { code: 'FORBIDDEN' } })
  const refused = { recovered: false, ...position, error: { code: 'FORBIDDEN' } }
  t.match(await bob.request({ type: 'resume', payload: { topics: { 'room:hall': position, ...foreign } } }), {
    type: 'resumed', payload: { topics: { 'room:hall': { recovered: true }, 'user:ada': refused, 'role:admin': refused } }
  })
})

t.test('what is no topic refuses the request as a whole', async (t) => {
  const { bob, position } = await start(t)
  const cases: Array<[unknown, string]> = [
    [{ 'members:hall': position }, 'INVALID_PAYLOAD'],
    [{ 'room:': position }, 'INVALID_ROOM'], [{ 'room:a*': position }, 'INVALID_ROOM'], [{ nonsense: position }, 'INVALID_PAYLOAD'],
    [{ 'room:hall': 7 }, 'INVALID_PAYLOAD'], [7, 'INVALID_PAYLOAD'], [undefined, 'INVALID_PAYLOAD'],
    [Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`room:${index}`, position])), 'INVALID_PAYLOAD'], [{ 'user:\n': 7 }, 'INVALID_PAYLOAD']
  ]
  for (const [topics, code] of cases) {
    const asked = isRecord(topics) ? { 'room:new': position, ...topics } : topics
    t.match(await bob.request({ type: 'resume', payload: { topics: asked } }), { type: 'error', payload: { code } }, JSON.stringify(topics)?.slice(0, 60))
  }
  t.match(await bob.request({ type: 'publish', room: 'new', payload: 1 }), { payload: { code: 'NOT_IN_ROOM' } }, 'nothing of them was done')
})

t.test('the greeting names the positions of the connection\'s topics that are kept', async (t) => {
  const service = await startService(t, { WS_HISTORY_RULES: 'all=10/60s' })
  await notify(service, 'bob', 1)
  const token = await tokenFor({ sub: 'bob' })
  const client = await connectAs(t, service, { sub: 'bob' })
  client.socket.close()
  const { payload } = await connect(t, service.address, { token }).next('connected')
  t.match(payload, { positions: { 'user:bob': { epoch: String, seq: 1 }, all: { epoch: String, seq: 0 }, 'role:user': undefined } })
})

t.test('no replay without the grant to join', async (t) => {
  const { service, ada, position } = await start(t)
  await say(ada, 'hall', 'secret')
  const granted = async (claims: Claims): Promise<TestClient> => await connectAs(t, service, { sub: 'bob', ...claims })
  const resume = { type: 'resume', payload: { topics: { 'room:hall': position } } }
  const join = { type: 'join_room', room: 'hall', payload: { since: position } }
  const without = await granted({ rooms: { join: ['yard'] } })
  t.match(await without.request(join), { type: 'error', payload: { code: 'FORBIDDEN' } })
  t.match(await without.request(resume), { type: 'error', payload: { code: 'FORBIDDEN' } })
  t.same(heard(await without.drain()), [])
})
