import t from 'tap'
import type { ReceivedFrame, TestClient } from '../client.ts'
import { connectAs, memberOf, postJson, until } from '../helper.ts'
import { startNodes, whenReady } from '../support/nodes.ts'

const ADMIN = { sub: 'root', role: 'admin' }
const AOF = ['--appendonly', 'yes', '--appendfsync', 'everysec']

interface Position { readonly epoch: string, readonly seq: number }

function positionOf ({ payload: { epoch, seq } }: ReceivedFrame): Position {
  return { epoch: String(epoch), seq: Number(seq) }
}

async function say (client: TestClient, content: string): Promise<void> {
  await client.request({ type: 'send_message', room: 'hall', payload: { content } })
}

/** Joins with a position; what follows the answer, up to what the server has sent by then. */
async function comeBack (client: TestClient, since: Position): Promise<{ info: ReceivedFrame, contents: unknown[] }> {
  const info = await client.request({ type: 'join_room', room: 'hall', payload: { since } })
  const contents = (await client.drain()).filter(({ type }) => type === 'new_message').map(({ payload }) => payload['content'])
  return { info, contents }
}

t.test('a client comes back to another node than before, twice in a row, and gets what it missed once', async (t) => {
  const { nodes } = await startNodes(t)
  const ada = await memberOf(t, nodes[1], 'ada', 'hall')
  const bob = await connectAs(t, nodes[0], 'bob')
  const position = positionOf(await bob.request({ type: 'join_room', room: 'hall' }))
  await nodes[0].app.close()
  for (const content of ['a', 'b']) await say(ada, content)
  const second = await connectAs(t, nodes[2], 'bob')
  const { info, contents } = await comeBack(second, position)
  t.match(info, { payload: { recovered: true, missed: 2, epoch: position.epoch, seq: 0 } })
  t.same(contents, ['a', 'b'])
  second.socket.terminate()
  const third = await comeBack(await connectAs(t, nodes[1], 'bob'), { ...position, seq: 2 })
  t.match(third.info, { payload: { recovered: true, missed: 0 } })
  t.same(third.contents, [])
})

t.test('a notification that comes while its user is away is there afterwards, on whatever node', async (t) => {
  const { nodes } = await startNodes(t)
  const bob = await connectAs(t, nodes[0], 'bob')
  bob.socket.terminate()
  const event = { type: 'order.ready', payload: { id: 7 }, target: { users: ['bob'] } }
  const { body: { epoch } } = await postJson(nodes[1], '/ws/broadcast', event, ADMIN)
  const back = await connectAs(t, nodes[2], 'bob')
  const { payload } = await back.request({ type: 'resume', payload: { topics: { 'user:bob': { epoch, seq: 0 } } } })
  t.match(payload, { topics: { 'user:bob': { recovered: true, missed: 1, seq: 0 } } })
  t.match(await back.next('order.ready'), { topic: 'user:bob', seq: 1, payload: { id: 7 } })
})

t.test('when the messages are gone, the position still tells who missed something', async (t) => {
  const { nodes: [one, two] } = await startNodes(t, { WS_HISTORY_TTL: '1s' })
  const ada = await memberOf(t, one, 'ada', 'hall')
  const position = positionOf(await ada.request({ type: 'join_room', room: 'hall' }))
  await say(ada, 'a')
  const bob = await connectAs(t, two, 'bob')
  await until(async () => (await comeBack(bob, position)).info.payload['recovered'] === false, 100)
  t.match((await comeBack(bob, position)).info, { payload: { recovered: false, missed: 1, seq: 1 } })
  t.match((await comeBack(bob, { ...position, seq: 1 })).info, { payload: { recovered: true, missed: 0, seq: 1 } }, 'who had it all is told so')
})

t.test('Redis killed and restarted with its data: positions still hold', async (t) => {
  const { nodes, redis } = await startNodes(t, {}, undefined, { args: AOF })
  const ada = await memberOf(t, nodes[0], 'ada', 'hall')
  const bob = await connectAs(t, nodes[1], 'bob')
  const position = positionOf(await bob.request({ type: 'join_room', room: 'hall' }))
  bob.socket.terminate()
  await say(ada, 'a')
  await redis.kill()
  await redis.restart()
  await whenReady(nodes)
  await say(ada, 'b')
  const { info, contents } = await comeBack(await connectAs(t, nodes[2], 'bob'), position)
  t.match(info, { payload: { recovered: true, missed: 2, epoch: position.epoch } })
  t.same(contents, ['a', 'b'])
})

t.test('Redis restarted empty: whoever is connected gets a gap, and whoever comes back is told the truth', async (t) => {
  const { nodes, redis } = await startNodes(t)
  const ada = await memberOf(t, nodes[0], 'ada', 'hall')
  const bob = await connectAs(t, nodes[1], 'bob')
  const position = positionOf(await bob.request({ type: 'join_room', room: 'hall' }))
  await say(ada, 'a')
  await redis.kill()
  await redis.restart()
  await whenReady(nodes)
  await until(async () => (await bob.next('gap')).payload['topic'] === 'room:hall')
  const { info } = await comeBack(bob, { ...position, seq: 1 })
  t.match(info, { payload: { recovered: false, missed: undefined, seq: 0 } })
  t.not(info.payload['epoch'], position.epoch)
})
