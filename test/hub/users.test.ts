import t from 'tap'
import { until } from '../helper.ts'
import { startTwoHubs } from '../support/linked-hubs.ts'
import { enter, startHub } from '../support/test-hub.ts'

t.test('a user is online on whatever node the connection is', async (t) => {
  const [first, second] = await startTwoHubs(t)
  const ada = await enter(t, second, 'ada')
  await until(async () => await first.hub.isOnline('ada'))
  await enter(t, first, 'bob')
  await until(async () => (await second.hub.onlineUsers()).length === 2)
  t.same([await first.hub.onlineUsers(), await second.hub.isOnline('bob'), await first.hub.isOnline('carl')], [['ada', 'bob'], true, false])
  await ada.close(1000)
  await until(async () => !await first.hub.isOnline('ada'))
  t.same(await first.hub.onlineUsers(), ['bob'])
})

t.test('when that cannot be learned, the users of the own node are known', async (t) => {
  const [first, second] = await startTwoHubs(t)
  await enter(t, first, 'ada')
  await enter(t, second, 'bob')
  first.relay.isReachable = false
  t.same([await first.hub.isOnline('ada'), await first.hub.isOnline('bob'), await first.hub.onlineUsers()], [true, false, ['ada']])
})

t.test('a connection that cannot be noted as present is let in, and out, all the same', async (t) => {
  const [first] = await startTwoHubs(t)
  first.relay.isReachable = false
  const ada = await enter(t, first, 'ada')
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  await ada.close(1000)
  await until(() => first.lines.filter(({ text }) => text === 'presence not noted').length === 2)
  t.match(first.lines.find(({ text }) => text === 'presence not noted'), { level: 'debug', fields: { client_id: String } })
})

t.test('a connection that ends while it is being noted is not left behind as present', async (t) => {
  const [first] = await startTwoHubs(t)
  const { presence } = first.relay
  const { enter: note } = presence
  const noting: Array<() => void> = []
  presence.enter = async (...entry) => {
    await new Promise<void>((resolve) => { noting.push(resolve) })
    return await note.apply(presence, entry)
  }
  const ada = await enter(t, first, 'ada')
  await ada.close(1000)
  await until(() => first.hub.size === 0)
  for (const goOn of noting) goOn()
  await until(() => first.relay.here.size === 0 && noting.length === 1)
  await until(async () => (await first.hub.online()).connections === 0)
  t.equal((await first.hub.online()).users, 0)
})

t.test('more users than fit into one page are all told', async (t) => {
  const { hub, relay } = await startHub(t)
  const ids = Array.from({ length: 2_500 }, (_, number) => `user-${number}`)
  for (const id of ids) await relay.presence.enter('*', { connectionId: id, user: { id, name: id }, as: 'member' }, 0)
  t.same(await hub.onlineUsers(), ids)
})

t.test('a user\'s connections on all nodes are told with what is known of each, the oldest first', async (t) => {
  const [first, second] = await startTwoHubs(t)
  await enter(t, second, 'ada', { roles: ['driver', 'vip'] })
  const openedAt = second.opened[0]?.openedAtMs ?? 0
  await until(() => Date.now() > openedAt)
  await enter(t, first, 'ada')
  await enter(t, first, 'bob')
  const { sessions, missing } = await first.hub.users.sessionsOf('ada')
  t.same(missing, [])
  t.same(sessions, [
    { id: second.opened[0]?.id, node: 'node-2', opened_at: openedAt, address: '127.0.0.1', dialect: 'hub.v1', roles: ['driver', 'vip'], name: 'ada' },
    { id: first.opened[0]?.id, node: 'node-1', opened_at: first.opened[0]?.openedAtMs, address: '127.0.0.1', dialect: 'hub.v1', roles: ['user'], name: 'ada' }
  ])
})

t.test('of a user who was never here nothing is known, of one who left when that was, of a banned one why', async (t) => {
  const [first, second] = await startTwoHubs(t)
  t.equal(await first.hub.users.find('ada'), undefined)
  const ada = await enter(t, second, 'ada')
  t.match(await first.hub.users.find('ada'), { isOnline: true, sessions: [{ node: 'node-2' }], missing: [], ban: undefined })
  await ada.close(1000)
  await until(async () => !await first.hub.isOnline('ada'))
  const { lastSeenMs = 0, sessions, isOnline } = await first.hub.users.find('ada') ?? {}
  t.same([sessions, isOnline], [[], false])
  t.ok(Math.abs(Date.now() - lastSeenMs) < 60_000)
  await second.hub.disconnect('carl', { banFor: 60, reason: 'spam' })
  t.match(await first.hub.users.find('carl'), { sessions: [], lastSeenMs: undefined, ban: { reason: 'spam' } })
})
