import t from 'tap'
import { connectAs, getJson, memberOf, postJson, startService, tokenFor, until } from '../helper.ts'
import { publishAtLast, readiness, startNodes, whenReady } from '../support/nodes.ts'
import { startRedis } from '../support/redis-server.ts'
import { timed } from '../support/timed.ts'

const ADMIN = { sub: 'root', role: 'admin' }
/** The contract wants an answer within a second; machines under test may be slow. */
const SOON_MS = 2_000

t.test('Redis killed and restarted empty: clients stay, are told, and go on; presence is right again', async (t) => {
  const { redis, nodes } = await startNodes(t)
  const [ada, bob] = [await memberOf(t, nodes[0], 'ada', 'hall'), await memberOf(t, nodes[1], 'bob', 'hall')]
  await ada.next('user_joined')
  await redis.kill()
  const refused = await timed(() => ada.request({ type: 'send_message', room: 'hall', payload: { content: 'lost?' } }))
  t.match(refused.value, { type: 'error', payload: { code: 'UNAVAILABLE', severity: 'server' } })
  t.ok(refused.took < SOON_MS)
  const down = await timed(() => until(async () => (await readiness(nodes[0]))[0] === 503))
  t.ok(down.took < 2 * SOON_MS)
  t.same(await readiness(nodes[1]), [503, 200])
  t.match(await bob.request({ type: 'ping' }), { type: 'pong' })
  t.match(await postJson(nodes[0], '/ws/broadcast', { message: 'x' }, ADMIN), { status: 503, body: { code: 'UNAVAILABLE' } })
  t.match((await getJson(nodes[0], '/ws/online')).body, { online: 1, connections: 1 }, 'what this node knows')
  const admin = { headers: { authorization: `Bearer ${await tokenFor(ADMIN)}` } }
  const missing = [nodes[1].app.hub.nodeId, nodes[2].app.hub.nodeId].sort()
  for (const [path, answer] of Object.entries({
    '/ws/stats': { total_clients: 1, nodes: [{ id: nodes[0].app.hub.nodeId }] },
    '/ws/rooms': { rooms: [{ room: 'hall', users: 1, connections: 1 }], count: 1 },
    '/ws/rooms/hall': { room: 'hall', users: [{ id: 'ada' }], count: 1, connections: 1 },
    '/ws/users': { users: [{ id: 'ada' }], count: 1 },
    '/ws/users/ada': { id: 'ada', online: true, connections: [{ node: nodes[0].app.hub.nodeId }] }
  })) {
    const { status, body } = await getJson(nodes[0], path, admin)
    t.match({ status, body }, { status: 200, body: answer }, path)
    t.same([...body['missing_nodes'] as string[]].sort(), missing, path)
  }
  bob.socket.terminate()
  await redis.restart()
  await whenReady(nodes)
  await publishAtLast(ada, 'hall')
  await until(async () => (await nodes[2].app.rooms.members('hall')).count === 1)
  t.match(await ada.next('user_left'), { payload: { id: 'bob' } })
  t.notOk((await ada.drain()).some(({ type }) => type === 'user_joined'), 'nobody has come')
  t.match((await getJson(nodes[2], '/ws/online')).body, { online: 1, connections: 1 })
})

t.test('a service starts without Redis, says so, and is ready by itself when Redis comes', async (t) => {
  const { redis, nodes } = await startNodes(t)
  await redis.stop()
  await until(async () => (await readiness(nodes[0]))[0] === 503)
  const { body } = await getJson(nodes[0], '/health')
  t.match(body, { status: 'unhealthy', reason: /Redis|among the others/ })
  const ada = await connectAs(t, nodes[0], 'ada')
  t.match(await ada.request({ type: 'join_room', room: 'hall' }), { type: 'error', payload: { code: 'UNAVAILABLE' } })
  await redis.restart()
  await whenReady(nodes)
  t.match(await ada.request({ type: 'join_room', room: 'hall' }), { type: 'room_info', payload: { count: 1 } })
  await until(async () => (await getJson(nodes[1], '/ws/online')).body['online'] === 1)
})

t.test('a wrong password shows in no line of the log, however much is logged', async (t) => {
  const redis = await startRedis(t, { args: ['--user', 'hub', 'on', '>right', '~*', '&*', '+@all'] })
  const { logs, app } = await startService(t, { REDIS_URL: redis.url.replace('redis://', 'redis://hub:wrong-password@'), LOG_LEVEL: 'trace' })
  await until(() => logs.some(({ msg }) => msg === 'Relay error: Redis cannot be used, trying on'))
  t.equal(app.relay.status().ready, false)
  t.notOk(JSON.stringify(logs).includes('wrong-password'))
})
