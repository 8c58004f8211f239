import t from 'tap'
import { connect, refusedHandshake } from '../../client.ts'
import { getJson, startService, tokenFor, until, type Claims, type TestService } from '../../helper.ts'
import { badTokens } from '../../support/bad-tokens.ts'
import { startTwoServices } from '../../support/linked-services.ts'
import { ticketFor } from '../../support/tickets.ts'

const unauthorized = { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } }

async function askFor (service: Pick<TestService, 'address'>, headers: Record<string, string>, path = '/ws/ticket') {
  return await getJson(service, path, { method: 'POST', headers })
}

async function bearer (claims: Claims): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await tokenFor(claims)}` }
}

t.test('A ticket of 256 random bits for 30 s, in an answer that nobody may keep', async (t) => {
  const service = await startService(t)
  const answers = [await askFor(service, await bearer({ sub: 'ada' })), await askFor(service, await bearer({ sub: 'ada' }))]
  for (const { status, body, headers } of answers) {
    t.equal(status, 200)
    t.match(body['ticket'], /^[\w-]{43}$/)
    t.equal(body['expires_in'], 30)
    t.strictSame(Object.keys(body), ['ticket', 'expires_in'])
    t.equal(headers.get('cache-control'), 'no-store')
  }
  t.not(answers[0]?.body['ticket'], answers[1]?.body['ticket'])
})

t.test('The connection is that of the token: user, name, roles and grants', async (t) => {
  const service = await startService(t)
  const ticket = await ticketFor(service, { sub: 'ada', name: 'Ada', role: 'admin', rooms: { join: ['chat:*'] } })
  const ada = connect(t, service.address, { path: `/ws?ticket=${ticket}` })
  t.match((await ada.next('connected')).payload, { user_id: 'ada', name: 'Ada', role: 'admin' })
  t.equal((await ada.request({ type: 'broadcast', payload: 1 })).type, 'ack')
  t.match(await ada.request({ type: 'join_room', room: 'other' }), { payload: { code: 'FORBIDDEN' } })
  t.equal((await ada.request({ type: 'join_room', room: 'chat:1' })).type, 'room_info')
})

t.test('A ticket lasts no longer than its token, and the connection ends with that', async (t) => {
  const service = await startService(t, { JWT_EXPIRY_NOTICE: '1h' })
  const exp = Math.floor(Date.now() / 1000) + 4
  const { body } = await askFor(service, await bearer({ sub: 'ada', exp: exp + 1 }))
  t.ok(Number(body['expires_in']) <= 5, String(body['expires_in']))
  const ada = connect(t, service.address, { path: `/ws?ticket=${await ticketFor(service, { sub: 'ada', exp })}` })
  t.same((await ada.next('token_expiring')).payload, { expires_at: new Date(exp * 1000).toISOString() })
  t.same(await ada.closed, { code: 1008, reason: 'token expired' })
  t.ok(Date.now() >= exp * 1000)
})

t.test('Without a good token in the header there is no ticket', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  t.match(await askFor(service, {}), unauthorized)
  t.match(await askFor(service, {}, `/ws/ticket?token=${await tokenFor({ sub: 'ada' })}`), unauthorized, 'the query is no place for it')
  for (const [what, token] of Object.entries(badTokens())) {
    // What cannot stand in a header at all is no case here.
    if (/^[\x21-\x7e]+$/.test(token)) t.match(await askFor(service, { authorization: `Bearer ${token}` }), unauthorized, what)
  }
})

t.test('A banned user gets none, and one that was made before is of no use', async (t) => {
  const service = await startService(t)
  const ticket = await ticketFor(service, 'ada')
  await service.app.hub.disconnect('ada', { banFor: 60, reason: 'spam' })
  const refusal = { status: 403, body: { error: /^banned until .*: spam$/, code: 'FORBIDDEN' } }
  t.match(await askFor(service, await bearer({ sub: 'ada' })), refusal)
  t.match(await refusedHandshake(t, service.address, { path: `/ws?ticket=${ticket}` }), refusal)
})

t.test('Tickets count against the rate of REST requests', async (t) => {
  const service = await startService(t, { WS_REST_RATE: '2' })
  const headers = await bearer({ sub: 'ada' })
  const statuses = []
  for (let count = 0; count < 3; count += 1) statuses.push((await askFor(service, headers)).status)
  t.same(statuses, [200, 200, 429])
  t.equal((await askFor(service, await bearer({ sub: 'bob' }))).status, 200)
})

t.test('A body, of whatever kind, changes nothing', async (t) => {
  const service = await startService(t)
  const headers = { ...await bearer({ sub: 'ada' }), 'content-type': 'application/json' }
  t.equal((await getJson(service, '/ws/ticket', { method: 'POST', headers, body: '{"sub":"root","expires_in":1000}' })).body['expires_in'], 30)
})

t.test('While the store of tickets is away none is made and none is taken: 503, also for a browser', async (t) => {
  const [service] = await startTwoServices(t)
  const ticket = await ticketFor(service, 'ada')
  service.relay.isReachable = false
  const refusal = { status: 503, body: { error: 'tickets unavailable', code: 'UNAVAILABLE' }, headers: { 'retry-after': /^\d+$/ } }
  const { status, body, headers } = await askFor(service, await bearer({ sub: 'ada' }))
  t.match({ status, body, headers: Object.fromEntries(headers) }, refusal)
  t.match(await refusedHandshake(t, service.address, { path: `/ws?ticket=${ticket}` }), refusal)
  t.match(await refusedHandshake(t, service.address, { path: `/ws?ticket=${ticket}`, origin: service.address }), refusal)
  service.relay.isReachable = true
  t.ok(await connect(t, service.address, { path: `/ws?ticket=${ticket}` }).next('connected'))
})

t.test('No ticket and no token is in the log', async (t) => {
  const service = await startService(t, { LOG_LEVEL: 'trace' })
  const [ticket, token] = [await ticketFor(service, 'ada'), await tokenFor({ sub: 'ada' })]
  await connect(t, service.address, { path: `/ws?ticket=${ticket}` }).next('connected')
  await refusedHandshake(t, service.address, { path: `/ws?ticket=${ticket}&token=${token}` })
  await refusedHandshake(t, service.address, { path: `/ws?%74icket=${ticket}&ticket=${ticket}` })
  const signature = token.split('.')[2] ?? 'none'
  await until(() => service.logs.filter(({ msg }) => msg === 'ws auth failed').length === 2)
  t.notOk(service.logs.some((line) => JSON.stringify(line).includes(ticket) || JSON.stringify(line).includes(signature)))
})
