import t, { type Test } from 'tap'
import { HubError } from '../../src/errors.ts'
import type { Identity } from '../../src/auth/identity.ts'
import { until } from '../helper.ts'
import { makeGate } from '../support/gate.ts'
import { linkRelays } from '../support/linked-relays.ts'
import { enter, startHub, type TestHub, type TestHubOptions } from '../support/test-hub.ts'

const HOUR_MS = 3_600_000
const unauthorized = { type: 'error', payload: { code: 'UNAUTHORIZED', message: 'Authentication required', severity: 'security' } }

/** A hub for which a token is the JSON of what differs in the identity of ada. */
async function start (t: Test, options: TestHubOptions = {}): Promise<TestHub> {
  const identify = (token: string): Identity => ({ userId: 'ada', name: 'ada', roles: ['user'], expiresAtMs: Date.now() + HOUR_MS, ...JSON.parse(token) })
  return await startHub(t, { identify, ...options })
}

function refreshBy (changes: Partial<Identity>) {
  return { type: 'refresh_token', payload: { token: JSON.stringify(changes) } }
}

/** Enters as ada, with an hour to go. */
async function enterAda (t: Test, service: TestHub, options: { roles?: string[], expiresAtMs?: number } = {}) {
  return await enter(t, service, 'ada', { expiresAtMs: Date.now() + HOUR_MS, ...options })
}

t.test('a newer token keeps the connection past the end of the first, and to its own end', async (t) => {
  const service = await start(t, { expiryNoticeMs: 300 })
  const first = Date.now() + 1_000
  const ada = await enterAda(t, service, { expiresAtMs: first })
  const second = first + 1_000
  t.match(await ada.request(refreshBy({ expiresAtMs: second })), { type: 'token_refreshed', payload: { expires_at: new Date(second).toISOString() } })
  t.same((await ada.next('token_expiring')).payload, { expires_at: new Date(second).toISOString() })
  t.ok(Date.now() > first)
  t.same(await ada.closed, { code: 1008, reason: 'token expired' })
  t.ok(Date.now() >= second)
  t.same(ada.inbox, [], 'told once, of the second end only')
})

t.test('a token with an earlier end is taken too, and ends the connection at that', async (t) => {
  const service = await start(t)
  const ada = await enterAda(t, service)
  await ada.request(refreshBy({ expiresAtMs: Date.now() + 100 }))
  t.equal((await ada.closed).code, 1008)
})

t.test('one that is about to end is told of behind the answer, but the same again not a second time', async (t) => {
  const service = await start(t, { expiryNoticeMs: HOUR_MS })
  const expiresAtMs = Date.now() + 60_000
  const ada = await enterAda(t, service, { expiresAtMs: expiresAtMs - 1_000 })
  t.equal((await ada.next()).type, 'token_expiring')
  ada.send(refreshBy({ expiresAtMs }))
  ada.send(refreshBy({ expiresAtMs }))
  t.same((await ada.drain()).map(({ type }) => type), ['token_refreshed', 'token_expiring', 'token_refreshed'])
})

t.test('the name of the newer token is the one that others see from then on', async (t) => {
  const service = await start(t)
  const [ada, bob] = [await enterAda(t, service), await enter(t, service, 'bob')]
  for (const client of [ada, bob]) await client.request({ type: 'join_room', room: 'a' })
  await ada.request(refreshBy({ name: 'Ada L.' }))
  await ada.request({ type: 'send_message', room: 'a', payload: { content: 'x' } })
  t.same((await bob.next('new_message')).sender, { id: 'ada', name: 'Ada L.' })
})

t.test('new roles count from then on, in messages, figures and rights, and old ones no more', async (t) => {
  const service = await start(t, { policy: { clientBroadcast: 'admin', adminRoles: ['admin'] } })
  const { hub } = service
  const ada = await enterAda(t, service, { roles: ['user', 'driver'] })
  t.match(await ada.request({ type: 'broadcast', payload: 1 }), { type: 'error', payload: { code: 'FORBIDDEN' } })
  await ada.request(refreshBy({ roles: ['user', 'admin'] }))
  t.equal((await hub.toRole('admin', { type: 'for admins' })).recipients, 1)
  t.equal((await hub.toRole('driver', { type: 'for drivers' })).recipients, 0)
  t.equal((await hub.toRole('user', { type: 'for users' })).recipients, 1)
  t.same((await ada.drain()).map(({ type }) => type), ['for admins', 'for users'])
  t.same((await hub.stats()).by_role, { user: 1, admin: 1 })
  t.match(await ada.request({ type: 'broadcast', payload: 1 }), { type: 'ack' })
  await ada.request(refreshBy({ roles: ['user'] }))
  t.match(await ada.request({ type: 'broadcast', payload: 1 }), { type: 'error', payload: { code: 'FORBIDDEN' } })
  await ada.close()
  await until(() => hub.size === 0)
  t.same((await hub.stats()).by_role, {})
  t.equal((await hub.toRole('user', { type: 'x' })).recipients, 0)
})

t.test('who reads the answer is reached by its new roles', async (t) => {
  const [relay] = linkRelays(t, 1)
  if (relay === undefined) throw new Error('expected a relay')
  const service = await start(t, { relay })
  const ada = await enterAda(t, service)
  const gate = makeGate()
  relay.subscribing = () => gate.opened
  ada.send({ ...refreshBy({ roles: ['admin'] }), id: 'r' })
  ada.send({ type: 'ping', id: 'p' })
  await until(() => relay.hasTopic('role:admin'))
  t.same(ada.inbox, [], 'neither the answer nor that to a later request')
  gate.open()
  t.same([(await ada.next()).type, (await ada.next()).type], ['token_refreshed', 'pong'])
})

t.test('rooms that the newer token does not open are left, and the answer names them', async (t) => {
  const service = await start(t)
  const [ada, bob] = [await enterAda(t, service), await enter(t, service, 'bob')]
  for (const room of ['chat:1', 'chat:2']) await bob.request({ type: 'join_room', room })
  for (const room of ['chat:1', 'chat:2']) await ada.request({ type: 'join_room', room })
  await ada.request({ type: 'subscribe', room: 'news' })
  const refreshed = await ada.request(refreshBy({ grants: { join: ['chat:1'], publish: [] } }))
  t.same(refreshed.payload['rooms_left'], ['chat:2', 'news'])
  t.match(await bob.next('user_left'), { room: 'chat:2', payload: { id: 'ada' } })
  t.equal((await service.hub.toRoom('chat:2', { type: 'x' })).recipients, 1)
  t.equal((await service.hub.toRoom('news', { type: 'x' })).recipients, 0)
  t.equal((await service.hub.toRoom('chat:1', { type: 'x' })).recipients, 2)
  for (const request of [{ type: 'join_room', room: 'chat:2' }, { type: 'publish', room: 'chat:1', payload: 1 }]) {
    t.match(await ada.request(request), { type: 'error', payload: { code: 'FORBIDDEN' } })
  }
  await ada.request(refreshBy({}))
  t.equal((await ada.request({ type: 'join_room', room: 'chat:2' })).type, 'room_info')
})

t.test('another user\'s token is refused, and nothing changes', async (t) => {
  const service = await start(t)
  const expiresAtMs = Date.now() + 1_500
  const ada = await enterAda(t, service, { expiresAtMs })
  t.match(await ada.request(refreshBy({ userId: 'bob', name: 'bob', roles: ['admin'] })), unauthorized)
  t.match(service.opened[0]?.identity, { userId: 'ada', name: 'ada', roles: ['user'], expiresAtMs })
  t.equal((await service.hub.toUser('bob', { type: 'x' })).recipients, 0)
  t.equal((await service.hub.toRole('admin', { type: 'x' })).recipients, 0)
  t.same((await service.hub.stats()).by_role, { user: 1 })
  t.equal((await ada.closed).code, 1008)
})

t.test('what is no token is INVALID_PAYLOAD, and the text does not repeat it', async (t) => {
  const service = await start(t)
  const ada = await enterAda(t, service)
  for (const payload of [undefined, null, {}, { token: '' }, { token: 17 }, { token: ['secret word'] }, ['secret word'], 'secret word']) {
    const { type, payload: { code, message } } = await ada.request({ type: 'refresh_token', payload })
    t.same([type, code], ['error', 'INVALID_PAYLOAD'], JSON.stringify(payload))
    t.notMatch(message, /secret/)
  }
})

t.test('a guest has nothing to refresh, whatever the token', async (t) => {
  const service = await start(t)
  const guest = await enter(t, service, 'ada')
  t.match(await guest.request(refreshBy({})), unauthorized)
  t.equal(service.opened[0]?.identity.expiresAtMs, undefined)
})

t.test('a banned user is refused', async (t) => {
  const service = await start(t)
  const ada = await enterAda(t, service)
  t.intercept(service.relay.bans, 'of', { value: () => ({ untilMs: Date.now() + HOUR_MS, reason: 'spam' }) })
  t.match(await ada.request(refreshBy({ roles: ['admin'] })), { type: 'error', payload: { code: 'FORBIDDEN', message: /^banned until .*: spam$/ } })
  t.same(service.opened[0]?.identity.roles, ['user'])
})

t.test('while the keys cannot be had the answer is UNAVAILABLE, and nothing changes', async (t) => {
  const service = await start(t, { identify: async () => { throw new HubError('UNAVAILABLE', 'key server unavailable') } })
  const ada = await enterAda(t, service)
  t.match(await ada.request(refreshBy({})), { type: 'error', payload: { code: 'UNAVAILABLE', severity: 'server' } })
  t.same(await ada.drain(), [])
})

t.test('a token that ends while it is verified is refused', async (t) => {
  const service = await start(t, { identify: async () => ({ userId: 'ada', name: 'ada', roles: ['admin'], expiresAtMs: Date.now() - 1 }) })
  const ada = await enterAda(t, service)
  t.match(await ada.request(refreshBy({})), unauthorized)
  t.same(service.opened[0]?.identity.roles, ['user'])
})

t.test('a connection whose token ends while a newer one is verified is closed and stays so', async (t) => {
  const gate = makeGate()
  const service = await start(t, {
    identify: async () => {
      await gate.opened
      return { userId: 'ada', name: 'ada', roles: ['admin'], expiresAtMs: Date.now() + HOUR_MS }
    }
  })
  const ada = await enterAda(t, service, { expiresAtMs: Date.now() + 800 })
  ada.send(refreshBy({}))
  t.equal((await ada.closed).code, 1008)
  gate.open()
  await until(() => service.lines.some(({ fields }) => fields['message_type'] === 'refresh_token' && fields['error_code'] === 'UNAVAILABLE'))
  t.equal(service.hub.size, 0)
  t.same((await service.hub.stats()).by_role, {})
  t.equal((await service.hub.toRole('admin', { type: 'x' })).recipients, 0)
  t.same(ada.inbox, [])
})

t.test('later requests wait until it is known what becomes of it', async (t) => {
  const gate = makeGate()
  const service = await start(t, {
    policy: { clientBroadcast: 'admin', adminRoles: ['admin'] },
    identify: async () => {
      await gate.opened
      return { userId: 'ada', name: 'ada', roles: ['admin'], expiresAtMs: Date.now() + HOUR_MS }
    }
  })
  const ada = await enterAda(t, service)
  ada.send({ ...refreshBy({}), id: '1' })
  ada.send({ type: 'broadcast', payload: 'as an administrator', id: '2' })
  await (await enter(t, service, 'bob')).drain()
  t.same(ada.inbox, [])
  gate.open()
  t.same([(await ada.next()).type, (await ada.next()).type], ['token_refreshed', 'ack'])
})

t.test('a connection never changes its user, whoever asks', async (t) => {
  const service = await start(t)
  await enterAda(t, service)
  t.throws(() => service.opened[0]?.renew({ userId: 'bob', name: 'ada', roles: ['user'] }), { message: /never changes its user/ })
  t.equal(service.opened[0]?.identity.userId, 'ada')
})
