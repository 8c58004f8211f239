import t from 'tap'
import { memberOf, until } from '../helper.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startRedis } from '../support/redis-server.ts'
import { LATER, onceEach, startTelling, tally } from './nodes.ts'
import { startReceiver } from './receiver.ts'

const ALL_OF_ADA = ['connected ada', 'joined ada hall', 'room_occupied ada hall', 'left ada hall', 'room_empty ada hall', 'disconnected ada']

t.test('many users on two nodes come and go: each change is told once, in order', async (t) => {
  const receiver = await startReceiver(t)
  const { url } = await startRedis(t)
  const nodes = await startTelling(t, { receiver, url })
  const users = Array.from({ length: 40 }, (_, index) => `u${index}`)
  const clients = await Promise.all(users.flatMap((user) => nodes.map((node) => memberOf(t, node, user, 'hall'))))
  await Promise.all(clients.map((client) => client.close()))
  const told = await receiver.hasHeard(4 * users.length + 2)
  const rooms = told.filter((line) => line.startsWith('room_'))
  const ofUsers = users.flatMap((user) => [`connected ${user}`, `joined ${user} hall`, `left ${user} hall`, `disconnected ${user}`])
  t.strictSame(tally(receiver), onceEach([...ofUsers, ...rooms]))
  t.strictSame(rooms.map((line) => line.split(' ')[0]), ['room_occupied', 'room_empty'])
  for (const user of users) {
    const own = told.filter((line) => line.includes(` ${user}`) && !line.startsWith('room_')).map((line) => line.split(' ')[0] ?? '')
    t.ok(own.indexOf('joined') < own.indexOf('left') && own.indexOf('connected') < own.indexOf('disconnected'), user)
  }
  t.equal(receiver.mostAtOnce, 1, 'the nodes take turns')
  t.equal(receiver.forged, 0)
  await until(() => nodes.reduce((sum, { app }) => sum + (app.webhooks?.counts().sent ?? 0), 0) === told.length)
})

t.test('a reload that ends on the other node says nothing; the orderly end there does, at once', async (t) => {
  const receiver = await startReceiver(t)
  const { url } = await startRedis(t)
  const [one, two] = await startTelling(t, { receiver, url })
  const before = await memberOf(t, one, 'ada', 'hall')
  await before.close(1001)
  await until(() => one.app.hub.size === 0)
  const after = await memberOf(t, two, 'ada', 'hall')
  await after.close()
  await receiver.hasHeard(ALL_OF_ADA.length)
  t.same(tally(receiver), onceEach(ALL_OF_ADA))
})

t.test('over a Redis cluster, too', async (t) => {
  const receiver = await startReceiver(t)
  const { url } = await startRedisCluster(t)
  const [one, two] = await startTelling(t, { receiver, url })
  const rooms = Array.from({ length: 12 }, (_, index) => `room-${index}`)
  const clients = await Promise.all(rooms.map((room, index) => memberOf(t, index % 2 === 0 ? one : two, `u${index}`, room)))
  await Promise.all(clients.map((client) => client.close()))
  await receiver.hasHeard(6 * rooms.length)
  t.ok(Object.values(tally(receiver)).every((count) => count === 1))
  for (const room of rooms) {
    const types = receiver.told().filter((line) => line.endsWith(` ${room}`)).map((line) => line.split(' ')[0])
    t.strictSame(types, ['joined', 'room_occupied', 'left', 'room_empty'], room)
  }
})

t.test('a node that ends leaves what the receiver did not take to the others', async (t) => {
  const receiver = await startReceiver(t)
  const { url } = await startRedis(t)
  const [one, two] = await startTelling(t, { receiver, url })
  receiver.mood = LATER
  const ada = await memberOf(t, one, 'ada', 'hall')
  await until(() => receiver.requests.length > 0)
  await ada.close()
  await until(() => one.app.hub.size === 0)
  await one.app.close()
  receiver.mood = 200
  await receiver.hasHeard(ALL_OF_ADA.length)
  t.same(tally(receiver), onceEach(ALL_OF_ADA))
  await until(() => two.app.webhooks?.counts().sent === ALL_OF_ADA.length)
})

t.test('who was on the last node that ended is told to be away by the next one that starts', async (t) => {
  const receiver = await startReceiver(t)
  const { url } = await startRedis(t)
  const options = { receiver, url, count: 1, env: { WS_PRESENCE_GRACE: '50ms' } }
  const [last] = await startTelling(t, options)
  const ada = await memberOf(t, last, 'ada', 'hall')
  await last.app.close()
  t.equal((await ada.closed).code, 1012)
  await startTelling(t, options)
  await receiver.hasHeard(ALL_OF_ADA.length)
  t.same(tally(receiver), onceEach(ALL_OF_ADA))
})

t.test('nodes without webhooks keep nothing in Redis for them', async (t) => {
  const receiver = await startReceiver(t)
  const redis = await startRedis(t)
  const [node] = await startTelling(t, { receiver, url: redis.url, count: 1, env: { WEBHOOK_URL: '', WS_PRESENCE_GRACE: '0s' } })
  const ada = await memberOf(t, node, 'ada', 'hall')
  const names = async () => (await Promise.all(['hub:*:w?', 'hub:*[*][*]*'].map((pattern) => redis.command('KEYS', pattern)))).flat()
  t.strictSame(await names(), [])
  await ada.close()
  await until(async () => (await node.app.rooms.list()).length === 0)
  t.strictSame(await names(), [])
  t.strictSame(receiver.requests, [])
})
