import t from 'tap'
import { memberOf, until } from '../helper.ts'
import { whenReady } from '../support/nodes.ts'
import { startRedis } from '../support/redis-server.ts'
import { LATER, onceEach, startTelling, tally } from './nodes.ts'
import { startReceiver } from './receiver.ts'

t.setTimeout(58_000)

const STAYING = ['connected ada', 'joined ada hall', 'room_occupied ada hall', 'connected bob', 'joined bob hall']
const PERSISTENT = ['--appendonly', 'yes', '--appendfsync', 'always']

for (const args of [PERSISTENT, []]) {
  t.test(`Redis is started again ${args === PERSISTENT ? 'with what it had' : 'empty'}: what changed meanwhile is told once, and who stayed has not come`, async (t) => {
    const receiver = await startReceiver(t)
    const redis = await startRedis(t, { args })
    const nodes = await startTelling(t, { receiver, url: redis.url })
    await memberOf(t, nodes[0], 'ada', 'hall')
    const bob = await memberOf(t, nodes[1], 'bob', 'hall')
    await receiver.hasHeard(STAYING.length)
    await redis.kill()
    await until(() => nodes.every(({ app }) => !app.relay.status().ready))
    await bob.close()
    await redis.restart()
    await whenReady(nodes)
    await memberOf(t, nodes[0], 'carl', 'hall')
    const changed = ['left bob hall', 'disconnected bob', 'connected carl', 'joined carl hall']
    await until(() => changed.every((line) => receiver.told().includes(line)))
    t.same(tally(receiver), onceEach([...STAYING, ...changed]))
  })
}

t.test('what was on its way when Redis went away is sent on, and what waits there comes after it', async (t) => {
  const receiver = await startReceiver(t)
  const redis = await startRedis(t, { args: PERSISTENT })
  const [node] = await startTelling(t, { receiver, url: redis.url, count: 1 })
  receiver.mood = LATER
  const ada = await memberOf(t, node, 'ada', 'hall')
  await until(() => receiver.requests.length > 0)
  await ada.request({ type: 'leave_room', room: 'hall' })
  await redis.kill()
  await until(() => !node.app.relay.status().ready)
  await redis.restart()
  await whenReady([node])
  receiver.mood = 200
  await receiver.hasHeard(5)
  t.strictSame(receiver.told(), ['connected ada', 'joined ada hall', 'room_occupied ada hall', 'left ada hall', 'room_empty ada hall'])
})
