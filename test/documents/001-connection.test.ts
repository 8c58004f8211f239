import t from 'tap'
import { refusedHandshake } from '../client.ts'
import { tokenFor, until } from '../helper.ts'
import { refusedRides } from './clients/rides-client.ts'
import { DRIVER } from '../support/ride-store.ts'
import { exchange, handshake } from '../support/http-peer.ts'
import { startRides } from '../support/ride-world.ts'

const token = await tokenFor({ user_id: DRIVER, role: 'driver' })

t.test('request with a token, claims, upgrade, pool, message loop, removal: a connection from beginning to end (S1-04, S1-05, S1-06)', async (t) => {
  const { service: { app: { hub } }, driver } = await startRides(t)
  const dee = await driver()
  t.match(hub.ofUser(DRIVER), [{ id: String, identity: { userId: DRIVER, roles: ['driver'] } }])
  for (let round = 0; round < 3; round += 1) t.same(await dee.drain(), [], 'no greeting, and nothing else that was not asked for')
  await dee.close()
  await until(() => hub.size === 0)
  t.same(hub.ofUser(DRIVER), [])
})

t.test('registered claims are checked: a token that has ended, or that has no end, lets nobody in (S1-05)', async (t) => {
  const { service: { address } } = await startRides(t)
  for (const exp of [1, undefined]) {
    t.equal(await refusedRides(t, address, { authorization: `Bearer ${await tokenFor({ user_id: DRIVER, role: 'driver', exp })}` }), 401)
  }
})

t.test('a token counts in the header alone (S1-07)', async (t) => {
  const { service: { address }, driver } = await startRides(t)
  for (const elsewhere of [{ token }, { protocols: ['bearer', token] }]) t.match(await refusedHandshake(t, address, elsewhere), { status: 401 })
  t.same(await (await driver()).drain(), [])
})

t.test('without a header, without Bearer, with a bad token: 401, and the log has the reason (S1-08, S1-09, S1-10, S1-11, S1-12)', async (t) => {
  const { service: { address, logs } } = await startRides(t)
  const reasons = [
    [{}, 'authorization header missing'], [{ authorization: token }, 'bearer token format invalid'], [{ authorization: 'Bearer a.b.c' }, /^token validation failed: ./]
  ] as const
  for (const [headers, reason] of reasons) {
    logs.length = 0
    t.equal(await refusedRides(t, address, headers), 401)
    t.match(logs.find(({ msg }) => msg === 'WebSocket authentication failed'), { logger: 'ws_handler', ip: '127.0.0.1', reason })
  }
})

t.test('a handshake that is none is in the log as a failed upgrade, with its reason (S1-13)', async (t) => {
  const { service: { address }, logged } = await startRides(t)
  t.match(await exchange(t, address, handshake({ headers: { 'sec-websocket-key': 'short', authorization: `Bearer ${token}` } })), { status: 400 })
  t.match(logged('WebSocket upgrade failed'), { logger: 'ws_handler', ip: '127.0.0.1', reason: /Sec-WebSocket-Key/ })
})

t.test('who sees close codes only is told «Authentication failed» (S1-11)', async (t) => {
  const { enter } = await startRides(t, { env: { WS_AUTH_REJECT: 'close' } })
  t.same(await (await enter(DRIVER, 'driver', { token: 'a.b.c' })).ended, { code: 4001, reason: 'Authentication failed' })
})

t.test('arrival, leaving and end are in the log with the user, the arrival with the role, too (S1-14, S1-17, S1-67)', async (t) => {
  const { logged, driver, service: { logs } } = await startRides(t)
  const dee = await driver()
  t.match(logged('WebSocket client connected'), { level: 30, client_id: String, user_id: DRIVER, role: 'driver', total_clients: 1 })
  await dee.close()
  await until(() => logged('WebSocket client disconnected') !== undefined)
  t.match(logged('WebSocket client disconnecting'), { level: 30, user_id: DRIVER, code: 1000 })
  t.match(logged('WebSocket client disconnected'), { level: 30, user_id: DRIVER, code: 1000, total_clients: 0 })
  const words = logs.map(({ msg }) => msg)
  t.ok(words.indexOf('WebSocket client disconnecting') < words.indexOf('WebSocket client disconnected'))
  t.notOk(words.includes('client connected') || words.includes('client disconnected'), 'each once, in one kind of words')
})

t.test('one session for each user: a new one takes the place of the older, whose end does not take the new one along (S1-15, S1-16, S1-18, S1-19, S1-20)', async (t) => {
  const { service: { app: { hub } }, logged, driver } = await startRides(t)
  const older = await driver()
  const newer = await driver()
  t.equal((await older.ended).code, 4009)
  t.match(logged('Replaced existing WebSocket connection'), { user_id: DRIVER })
  await until(() => logged('WebSocket client disconnected') !== undefined)
  t.equal(hub.ofUser(DRIVER).length, 1)
  t.match(await hub.toUser(DRIVER, { type: 'note' }), { recipients: 1 })
  t.same(await newer.drain(), [{ type: 'note', data: null }])
})
