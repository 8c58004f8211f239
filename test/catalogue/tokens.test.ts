import t, { type Test } from 'tap'
import { connect, refusedHandshake, type TestClient } from '../client.ts'
import { connectAs, getJson, memberOf, startService, tokenFor, until, type TestService } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { forge, hmac } from '../support/forge.ts'
import { makeGate } from '../support/gate.ts'
import { SlowRelay } from '../support/slow-relay.ts'
import { enter, startHub } from '../support/test-hub.ts'
import { ticketFor } from '../support/tickets.ts'

const HOUR_MS = 3_600_000
const unauthorized = { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } }
/** No sweep helps the timer. */
const alone = { timings: { sweepIntervalMs: HOUR_MS } }
const service = await startService(t, { WS_HANDSHAKE_RATE: '0', WS_REST_RATE: '0', JWT_SECRET_NEXT: 'the secret that comes next, more than 32 bytes long' })

/** Sets the wall clock forward to where a token of an hour has ended, and no timer knows. */
function passTwoHours (t: Test): void {
  const { now } = Date
  t.intercept(Date, 'now', { value: () => now() + 2 * HOUR_MS })
}

t.test('b1: without a token, or with something that is none, nobody comes in, however large it is', async (t) => {
  const bystander = await startBystander(t, service)
  t.match(await refusedHandshake(t, service.address), unauthorized)
  const words = ['garbage', '...', '..', '.', 'a.b.c', 'x'.repeat(12_000), '.'.repeat(12_000), `${'eyJhbGciOiJIUzI1NiJ9'.repeat(500)}.e30.x`]
  for (const token of words) t.match(await refusedHandshake(t, service.address, { headers: { authorization: `Bearer ${token}` } }), unauthorized, token.slice(0, 20))
  const headers = { authorization: `Bearer ${'x'.repeat(100_000)}` }
  t.match(await refusedHandshake(t, service.address, { headers }), { status: 431, body: { code: 'HEADERS_TOO_LARGE' } })
  await bystander.check(t)
})

t.test('b10: one token 1,000 times is one user each time, two that begin and end alike are two', async (t) => {
  const { app } = service
  const [head = ''] = (await tokenFor({ sub: 'x' })).split('.')
  const tokens = { ada: await tokenFor({ sub: 'ada', pad: 'x'.repeat(200) }), adb: await tokenFor({ sub: 'adb', pad: 'x'.repeat(200) }) }
  for (const token of Object.values(tokens)) t.ok(token.startsWith(head))
  for (let round = 0; round < 1_000; round += 1) {
    const [ada, adb] = [await app.callers.identify(tokens.ada), await app.callers.identify(tokens.adb)]
    if (ada.userId !== 'ada' || adb.userId !== 'adb') t.fail(`round ${round}: ${ada.userId}, ${adb.userId}`)
  }
  const mixed = [tokens.ada.split('.').slice(0, 2), tokens.adb.split('.')[2]].flat().join('.')
  for (let round = 0; round < 100; round += 1) await t.rejects(async () => await app.callers.identify(mixed), { code: 'UNAUTHORIZED' })
})

t.test('b10, M20: a token that was good is refused after its end, also without a time of issue', async (t) => {
  const token = await tokenFor({ sub: 'ada', exp: Math.floor(Date.now() / 1000) + 3_600, iat: undefined })
  t.equal((await service.app.callers.identify(token)).userId, 'ada')
  passTwoHours(t)
  await t.rejects(async () => await service.app.callers.identify(token), { code: 'UNAUTHORIZED' })
})

t.test('While secrets change a token of either opens a connection and keeps it, and no other does', async (t) => {
  const claims = { sub: 'ada', exp: Math.floor(Date.now() / 1000) + 60 }
  const nextToken = forge({ alg: 'HS256' }, claims, hmac('the secret that comes next, more than 32 bytes long'))
  const ada = await connectAs(t, service, 'ada')
  t.equal((await ada.request({ type: 'refresh_token', payload: { token: nextToken } })).type, 'token_refreshed')
  t.equal((await connect(t, service.address, { token: nextToken }).next('connected')).payload['user_id'], 'ada')
  t.match(await refusedHandshake(t, service.address, { token: forge({ alg: 'HS256' }, claims, hmac('a third secret, which is long enough as well')) }), unauthorized)
})

t.test('b11: a request that comes after the end of the token is not carried out, also while the timer is late', async (t) => {
  const hub = await startHub(t, alone)
  const [ada, bob] = [await enter(t, hub, 'ada', { expiresAtMs: Date.now() + HOUR_MS }), await enter(t, hub, 'bob')]
  for (const client of [bob, ada]) await client.request({ type: 'join_room', room: 'hall' })
  await bob.drain()
  passTwoHours(t)
  for (const frame of [{ type: 'send_message', room: 'hall', payload: { content: 'late' } }, { type: 'leave_room', room: 'hall' }, { type: 'nonsense' }]) ada.send(frame)
  t.same(await ada.closed, { code: 1008, reason: 'token expired' })
  t.same(ada.inbox.map(({ type }) => type), [])
  t.same((await bob.drain()).map(({ type }) => type).filter((type) => type !== 'user_left'), [])
})

for (const request of [{ type: 'join_room' }, { type: 'history' }, { type: 'publish', payload: 1 }, { type: 'online_users' }]) {
  t.test(`b11: an answer to ${request.type} that had to wait does not come after the end, nor is what waits behind it carried out`, async (t) => {
    const gate = makeGate()
    let isSlow = false
    const relay = new SlowRelay(async () => { if (isSlow) await gate.opened })
    const hub = await startHub(t, { relay, ...alone })
    const ada = await enter(t, hub, 'ada', { expiresAtMs: Date.now() + HOUR_MS })
    await ada.request({ type: 'join_room', room: 'hall' })
    isSlow = true
    ada.send({ room: request.type === 'join_room' ? 'other' : 'hall', ...request })
    ada.send({ type: 'broadcast', payload: 'too late' })
    await until(() => hub.hub.messages.in === 3)
    const bob = hub.hub.messages.out
    passTwoHours(t)
    gate.open()
    t.equal((await ada.closed).code, 1008)
    t.same(ada.inbox, [])
    t.equal(hub.hub.messages.out, bob)
  })
}

t.test('b11: of a long past nothing is shown after the end', async (t) => {
  const gate = makeGate()
  let reads = Number.NEGATIVE_INFINITY
  const relay = new SlowRelay(async (operation) => {
    if (operation === 'read') reads += 1
    if (operation === 'read' && reads > 2) await gate.opened
  }, { keepOf: () => ({ size: 1_000, ttlMs: HOUR_MS }) })
  const hub = await startHub(t, { relay, ...alone })
  const { epoch } = await relay.position('room:hall')
  for (let index = 0; index < 250; index += 1) await hub.hub.toRoom('hall', { type: 'news', payload: index })
  const ada = await enter(t, hub, 'ada', { expiresAtMs: Date.now() + HOUR_MS })
  reads = -1
  t.match((await ada.request({ type: 'subscribe', room: 'hall', payload: { since: { epoch, seq: 0 } } })).payload, { recovered: true, missed: 250 })
  await until(() => ada.inbox.length === 100)
  passTwoHours(t)
  gate.open()
  t.equal((await ada.closed).code, 1008)
  t.equal(ada.inbox.length, 100)
})

t.test('b14: who comes back with an ended token, or for what is another\'s, gets nothing of it', async (t) => {
  const ada = await memberOf(t, service, 'ada', 'hall')
  const { payload: { positions } } = await connectedAs(t, service, 'ada')
  t.match(await refusedHandshake(t, service.address, { token: await tokenFor({ sub: 'ada', exp: 1 }) }), unauthorized)
  await service.app.hub.toUser('ada', { type: 'for ada alone' })
  const mallory = await connectAs(t, service, 'mallory')
  const topics = { 'user:ada': { ...(positions as Record<string, object>)['user:ada'] }, 'role:admin': { epoch: 'x', seq: 0 } }
  t.match(await mallory.request({ type: 'resume', payload: { topics } }), { type: 'error', payload: { code: 'FORBIDDEN' } })
  t.same((await mallory.drain()).map(({ type }) => type), [])
  t.ok(await ada.next('for ada alone'))
})

t.test('b14: what lets somebody in again is not to be guessed: 256 random bits in a ticket, none in common', async (t) => {
  const tickets = await Promise.all(Array.from({ length: 20 }, async () => await ticketFor(service, 'ada')))
  t.equal(new Set(tickets).size, 20)
  for (const ticket of tickets) t.equal(Buffer.from(ticket, 'base64url').length, 32)
  for (let place = 0; place < 32; place += 1) t.not(new Set(tickets.map((ticket) => Buffer.from(ticket, 'base64url')[place])).size, 1)
})

t.test('b14: a connection\'s id opens nothing', async (t) => {
  const { payload } = await connectedAs(t, service, 'ada')
  for (const path of [`/ws?ticket=${String(payload['client_id'])}`, `/ws?token=${String(payload['client_id'])}`]) t.match(await refusedHandshake(t, service.address, { path }), unauthorized)
  t.match(await getJson(service, '/ws/stats', { headers: { authorization: `Bearer ${String(payload['client_id'])}` } }), unauthorized)
})

/** The greeting of a further connection of a user. */
async function connectedAs (t: Test, { address }: TestService, sub: string): ReturnType<TestClient['next']> {
  return await connect(t, address, { token: await tokenFor({ sub }) }).next('connected')
}
