import t, { type Test } from 'tap'
import { connect, refusedHandshake, type TestClient } from '../client.ts'
import { connectAs, getJson, postJson, tokenFor, until, type Claims, type TestService } from '../helper.ts'
import { deleteAsAdmin, getAsAdmin, postAsAdmin } from '../support/admin.ts'
import { quick, startEmbedded } from '../support/embed.ts'
import { startNodes } from '../support/nodes.ts'
import { ticketFor } from '../support/tickets.ts'

const forbidden = { status: 403, body: { code: 'FORBIDDEN', error: /^banned until \S+Z/ } }
const { nodes, redis } = await startNodes(t)
const [first, second, third] = nodes

async function connectAll (t: Test, claims: Claims): Promise<TestClient[]> {
  return await Promise.all(nodes.map((node) => connectAs(t, node, claims)))
}

/** What a token with these claims is answered wherever one is asked for: door, browser, ticket, REST. */
async function refusals (t: Test, node: TestService, claims: Claims): Promise<unknown[]> {
  const token = await tokenFor(claims)
  const headers = { authorization: `Bearer ${token}` }
  return [
    await refusedHandshake(t, node.address, { token }),
    await getJson(node, '/ws/ticket', { method: 'POST', headers }),
    await getJson(node, '/ws/stats', { headers }),
    await postJson(node, '/ws/broadcast', { message: 'x' }, claims)
  ]
}

t.test('b13: who is banned by the admin API is out on every node, and stays out, as an administrator too', async (t) => {
  const clients = await connectAll(t, { sub: 'eve', role: 'admin' })
  const ticket = await ticketFor(third, { sub: 'eve' })
  t.match(await postAsAdmin(first, '/ws/users/eve/disconnect', { ban_for_s: 60 }), { status: 200, body: { closed: 3 } })
  for (const client of clients) t.equal((await client.closed).code, 4003)
  for (const node of nodes) {
    await until(() => node.app.relay.port.bans.of('eve') !== undefined)
    for (const refusal of await refusals(t, node, { sub: 'eve', role: 'admin' })) t.match(refusal, forbidden)
  }
  t.match(await refusedHandshake(t, second.address, { path: `/ws?ticket=${ticket}` }), forbidden)
  t.equal((await deleteAsAdmin(second, '/ws/users/eve/ban')).status, 200)
  await until(async () => (await getAsAdmin(third, '/ws/users/eve')).body['banned_until'] === undefined)
  t.ok(await connectAs(t, third, 'eve'))
})

t.test('b13: a single token is banned on every node, its user by other tokens is not', async (t) => {
  const lost = { sub: 'ada', role: 'admin', jti: 'phone' }
  const clients = await connectAll(t, lost)
  const kept = await connectAll(t, { sub: 'ada', jti: 'desk' })
  const namesake = await connectAs(t, second, { sub: 'phone' })
  const ticket = await ticketFor(second, lost)
  t.strictSame((await postAsAdmin(first, '/ws/tokens/phone/ban', { ban_for_s: 60, reason: 'lost' })).body, { success: true, closed: 3 })
  for (const client of clients) t.match(await client.closed, { code: 4003, reason: /^banned until \S+Z: lost$/ })
  for (const node of nodes) {
    await until(() => node.app.relay.port.tokenBans.of('phone') !== undefined)
    for (const refusal of await refusals(t, node, lost)) t.match(refusal, forbidden)
    t.equal((await connect(t, node.address, { token: await tokenFor(lost), origin: node.address }).closed).code, 4003)
    t.ok(await connectAs(t, node, { sub: 'ada', jti: 'tablet' }))
  }
  t.match(await refusedHandshake(t, third.address, { path: `/ws?ticket=${ticket}` }), forbidden)
  t.match(await kept[0]?.request({ type: 'refresh_token', payload: { token: await tokenFor(lost) } }), { type: 'error', payload: { code: 'FORBIDDEN' } })
  for (const client of [...kept, namesake]) t.equal((await client.request({ type: 'ping' })).type, 'pong')
  t.match(first.logs.find(({ action }) => action === 'ban_token'), { logger: 'audit', admin_id: 'root', token_id: 'phone', reason: 'lost', ban_for_s: 60, closed: 3, outcome: 'done' })
  t.match(second.logs.find(({ msg }) => msg === 'token banned'), { token_id: 'phone', until: String })
})

t.test('The ban of a token ends by being lifted, once', async (t) => {
  await postAsAdmin(first, '/ws/tokens/a%2Fb/ban', { ban_for_s: 60 })
  await until(() => second.app.relay.port.tokenBans.of('a/b') !== undefined)
  t.match(await deleteAsAdmin(second, '/ws/tokens/a%2Fb/ban'), { status: 200, body: { success: true } })
  t.match(await deleteAsAdmin(second, '/ws/tokens/a%2Fb/ban'), { status: 404, body: { error: 'this token is not banned', code: 'NOT_FOUND' } })
  await until(() => nodes.every(({ app }) => app.relay.port.tokenBans.of('a/b') === undefined))
  t.ok(await connectAs(t, first, { sub: 'ada', jti: 'a/b' }))
})

t.test('A connection is shown with the id of its newest token, and goes with that one', async (t) => {
  const ada = await connectAs(t, second, { sub: 'carl', jti: 'one' })
  await ada.request({ type: 'refresh_token', payload: { token: await tokenFor({ sub: 'carl', jti: 'two' }) } })
  t.match((await getAsAdmin(first, '/ws/users/carl')).body, { connections: [{ token_id: 'two' }] })
  t.match(await first.app.hub.tokens.ban('one', { banFor: 60 }), { closed: 0 })
  t.match(await first.app.hub.tokens.ban('two', { banFor: 60 }), { closed: 1 })
  t.equal((await ada.closed).code, 4003)
  t.same([await first.app.hub.tokens.unban('one'), await first.app.hub.tokens.unban('none')], [true, false])
})

t.test('What cannot be is refused, with the reason why a time must be given', async (t) => {
  const why = /ban_for_s: expected seconds from 1 to \d+, as long as the token would be good: the service cannot know that$/
  for (const body of [{}, { reason: 'x' }, { ban_for_s: 0 }, { ban_for_s: '60' }, { ban_for_s: 4e8 }, { ban_for_s: 1.5 }]) {
    t.match(await postAsAdmin(first, '/ws/tokens/x/ban', body), { status: 400, body: { code: 'INVALID_PAYLOAD', error: why } }, JSON.stringify(body))
  }
  for (const body of [{ ban_for_s: 60, ban: 1 }, { ban_for_s: 60, reason: '' }, [], 'x']) t.match(await postAsAdmin(first, '/ws/tokens/x/ban', body), { status: 400, body: { code: 'INVALID_PAYLOAD' } })
  t.match(await postAsAdmin(first, `/ws/tokens/${'x'.repeat(257)}/ban`, { ban_for_s: 60 }), { status: 400 })
  for (const banFor of [0, -1, Number.NaN, 4e8]) await t.rejects(first.app.hub.tokens.ban('x', { banFor }), { code: 'INVALID_PAYLOAD' })
  await t.rejects(first.app.hub.tokens.ban('', { banFor: 60 }), { code: 'INVALID_PAYLOAD' })
  t.equal(first.app.relay.port.tokenBans.of('x'), undefined)
})

t.test('Where the application itself says who somebody is, sessions and users are banned alike', async (t) => {
  const service = await startEmbedded(t, {
    sessions: quick.sessions,
    websocket: quick.websocket,
    authenticate: ({ headers }) => ({ userId: String(headers['x-user']), roles: ['admin'], tokenId: String(headers['x-session']) })
  })
  const headers = (user: string, session: string) => ({ 'x-user': user, 'x-session': session })
  const ada = connect(t, service.address, { headers: headers('ada', 's1') })
  await ada.next('connected')
  t.same(await service.app.hub.tokens.ban('s1', { banFor: 60 }), { closed: 1 })
  await service.app.hub.disconnect('eve', { banFor: 60 })
  t.equal((await ada.closed).code, 4003)
  for (const refused of [headers('ada', 's1'), headers('eve', 's3')]) {
    t.match(await refusedHandshake(t, service.address, { headers: refused }), forbidden)
    t.match(await getJson(service, '/ws/stats', { headers: refused }), forbidden)
  }
  t.equal((await getJson(service, '/ws/stats', { headers: headers('ada', 's2') })).status, 200)
  for (const tokenId of ['', 'x'.repeat(257)]) t.match(await getJson(service, '/ws/stats', { headers: headers('ada', tokenId) }), { status: 503 })
})

t.test('While Redis is away no token can be banned, and those that are stay so', async (t) => {
  const ban = { ban_for_s: 60 }
  await postAsAdmin(first, '/ws/tokens/before/ban', ban)
  redis.freeze()
  t.match(await postAsAdmin(first, '/ws/tokens/during/ban', ban), { status: 503, body: { code: 'UNAVAILABLE' } })
  const headers = { authorization: `Bearer ${await tokenFor({ sub: 'root', role: 'admin', jti: 'before' })}` }
  t.match(await getJson(first, '/ws/stats', { headers }), forbidden)
  redis.thaw()
})
