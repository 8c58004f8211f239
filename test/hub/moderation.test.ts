import t from 'tap'
import { until, type Teardown } from '../helper.ts'
import { startTwoHubs } from '../support/linked-hubs.ts'
import { enter, member } from '../support/test-hub.ts'

const OPEN = 1

/** Ada on both nodes, Bob on the second. */
async function peopled (t: Teardown) {
  const [first, second] = await startTwoHubs(t)
  const [ada, tab, bob] = [await enter(t, first, 'ada'), await enter(t, second, 'ada', { roles: ['user', 'vip'] }), await enter(t, second, 'bob')]
  return { first, second, ada, tab, bob }
}

t.test('a user is disconnected from all nodes with 4004, and may come back', async (t) => {
  const { first, ada, tab, bob } = await peopled(t)
  t.same(await first.hub.disconnect('ada'), { closed: 2 })
  for (const client of [ada, tab]) t.same(await client.closed, { code: 4004, reason: 'disconnected by an administrator' })
  t.equal(bob.socket.readyState, OPEN)
  t.ok(await enter(t, first, 'ada'))
})

t.test('code and reason are the ones given, the reason as far as a close frame holds it', async (t) => {
  const { first, ada, bob } = await peopled(t)
  await first.hub.disconnect({ users: ['ada'] }, { code: 4123, reason: 'go and see' })
  t.same(await ada.closed, { code: 4123, reason: 'go and see' })
  await first.hub.disconnect({ users: ['bob'] }, { reason: '€'.repeat(50) })
  t.same(await bob.closed, { code: 4004, reason: '€'.repeat(41) })
})

t.test('roles, rooms and single connections are targets too, each connection counts once', async (t) => {
  const { first, second, bob } = await peopled(t)
  const carl = await member(t, first, 'carl', 'hall')
  const target = { roles: ['vip'], rooms: ['hall'], connections: [second.opened[0]?.id ?? ''] }
  t.same(await first.hub.disconnect(target), { closed: 2 })
  t.equal((await carl.closed).code, 4004)
  t.equal(bob.socket.readyState, OPEN)
})

t.test('nobody meant is nobody closed', async (t) => {
  const { first } = await peopled(t)
  t.same([await first.hub.disconnect('nobody'), await first.hub.disconnect({})], [{ closed: 0 }, { closed: 0 }])
})

t.test('a node that does not answer is named', async (t) => {
  const { first, second } = await peopled(t)
  second.relay.isSilent = true
  t.same(await first.hub.disconnect('ada'), { closed: 1, missing_nodes: ['node-2'] })
})

t.test('a ban closes with 4003, says until when and why, and ends with an unban', async (t) => {
  const { first, second, ada, tab } = await peopled(t)
  const before = Date.now()
  t.same(await first.hub.disconnect('ada', { banFor: 60, reason: 'spam' }), { closed: 2 })
  for (const client of [ada, tab]) {
    const { code, reason } = await client.closed
    t.equal(code, 4003)
    const [, until = ''] = /^banned until (\S+): spam$/.exec(reason) ?? []
    t.ok(Date.parse(until) >= before + 60_000)
  }
  t.match(second.relay.bans.of('ada'), { reason: 'spam' })
  t.same([await second.hub.unban('ada'), await second.hub.unban('ada'), first.relay.bans.of('ada')], [true, false, undefined])
})

t.test('a ban that another node set closes the user here at once, also when the question got lost', async (t) => {
  const { first, second, tab, bob } = await peopled(t)
  second.relay.isSilent = true
  t.match(await first.hub.disconnect('ada', { banFor: 60 }), { closed: 1, missing_nodes: ['node-2'] })
  t.match(await tab.closed, { code: 4003, reason: /^banned until \S+Z$/ })
  t.equal(bob.socket.readyState, OPEN)
  t.match(second.lines.find(({ text }) => text === 'user banned'), { level: 'info', fields: { user_id: 'ada', closed: 1 } })
})

t.test('a ban that cannot be confirmed is refused with UNAVAILABLE', async (t) => {
  const { first } = await peopled(t)
  first.relay.isReachable = false
  await t.rejects(first.hub.disconnect('bob', { banFor: 60 }), { code: 'UNAVAILABLE' })
  await t.rejects(first.hub.unban('bob'), { code: 'UNAVAILABLE' })
})

t.test('what cannot be is refused, and nobody is closed', async (t) => {
  const { first, ada } = await peopled(t)
  const refused = { code: 'INVALID_PAYLOAD' }
  for (const code of [0, 999, 1005, 1006, 1015, 2000, 2999, 5000, 4000.5, Number.NaN]) await t.rejects(first.hub.disconnect('ada', { code }), refused, String(code))
  for (const banFor of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 4e8]) await t.rejects(first.hub.disconnect('ada', { banFor }), refused, String(banFor))
  await t.rejects(first.hub.disconnect({ rooms: ['hall'] }, { banFor: 60 }), refused)
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
})

t.test('the members of a room see a banned user leave after the grace', async (t) => {
  const [first, second] = await startTwoHubs(t, { presenceGraceMs: 20 })
  const bob = await member(t, first, 'bob', 'hall')
  await member(t, second, 'ada', 'hall')
  await bob.next('user_joined')
  await first.hub.disconnect('ada', { banFor: 60 })
  t.equal((await bob.next('user_left')).sender?.id, 'ada')
  await until(async () => (await first.rooms.members('hall')).count === 1)
})
