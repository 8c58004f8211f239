import t from 'tap'
import { until } from '../helper.ts'
import { startTwoHubs } from '../support/linked-hubs.ts'
import { enter, startHub } from '../support/test-hub.ts'

const replacing = (max: number) => ({ admission: { maxConnectionsPerUser: max } })
const ada = { userId: 'ada', name: 'ada', roles: ['user'] }

t.test('a session on another node is replaced with 4009', async (t) => {
  const [first, second] = await startTwoHubs(t, replacing(1))
  const older = await enter(t, first, 'ada')
  await until(() => Date.now() > (first.opened[0]?.openedAtMs ?? 0))
  const newer = await enter(t, second, 'ada')
  t.same(await older.closed, { code: 4009, reason: 'replaced by a newer session' })
  t.equal((await newer.request({ type: 'ping' })).type, 'pong')
  await until(() => second.lines.some(({ text }) => text === 'Replaced existing WebSocket connection'))
  t.match(second.lines.find(({ text }) => text === 'Replaced existing WebSocket connection'), { fields: { user_id: 'ada', count: 1 } })
})

t.test('the oldest of all nodes makes room', async (t) => {
  const [first, second] = await startTwoHubs(t, replacing(2))
  const oldest = await enter(t, first, 'ada')
  await until(() => Date.now() > (first.opened[0]?.openedAtMs ?? 0))
  const others = [await enter(t, second, 'ada'), await enter(t, second, 'bob')]
  others.push(await enter(t, second, 'ada'))
  t.equal((await oldest.closed).code, 4009)
  for (const client of others) t.same(await client.drain(), [])
})

t.test('of connections on both nodes at once as many are left as the limit says', async (t) => {
  const [first, second] = await startTwoHubs(t, replacing(1))
  await Promise.allSettled([first, second, first, second].map(async (hub) => await enter(t, hub, 'ada')))
  await until(() => first.hub.size + second.hub.size === 1)
  t.equal((await first.hub.users.sessionsOf('ada')).sessions.length, 1)
})

t.test('without a limit no node is asked', async (t) => {
  const [first] = await startTwoHubs(t)
  await enter(t, first, 'ada')
  t.same(first.relay.asked, [])
})

t.test('where the newer one is refused, the newer of two that came in at once is closed', async (t) => {
  const [first, second] = await startTwoHubs(t, { admission: { maxConnectionsPerUser: 1, userLimitPolicy: 'reject' } })
  const older = await enter(t, first, 'ada')
  const newer = await enter(t, second, 'ada')
  t.match(await newer.closed, { code: 4029 })
  t.same(await older.drain(), [])
})

t.test('where the newer one is refused, connections on other nodes count', async (t) => {
  const [first, second] = await startTwoHubs(t, { admission: { maxConnectionsPerUser: 2, userLimitPolicy: 'reject' } })
  await enter(t, first, 'ada')
  await enter(t, second, 'ada')
  await until(async () => await second.admission.connectionsElsewhere(ada) === 1 && await first.admission.connectionsElsewhere(ada) === 1)
  t.match(second.admission.clientProblem(ada, 'x', 1), /of this user/)
  t.equal(second.admission.clientProblem(ada, 'x', 0), undefined)
  first.relay.isReachable = false
  t.equal(await first.admission.connectionsElsewhere(ada), 0, 'what cannot be learned does not count')
})

t.test('in one process nothing has to be waited for', async (t) => {
  const { admission } = await startHub(t, { admission: { maxConnectionsPerUser: 1, userLimitPolicy: 'reject' } })
  t.equal(admission.connectionsElsewhere(ada), 0)
})
