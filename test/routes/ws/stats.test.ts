import t from 'tap'
import { connectAs, getJson, memberOf, startService, tokenFor, type Claims, type TestService } from '../../helper.ts'

const unauthorized = { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } }
const forbidden = { status: 403, body: { error: 'admin access required', code: 'FORBIDDEN' } }

/** The statistics as the bearer of these claims gets them. */
async function statsAs (service: TestService, claims: Claims, query = '') {
  return await getJson(service, `/ws/stats${query}`, { headers: { authorization: `Bearer ${await tokenFor(claims)}` } })
}

const service = await startService(t)

t.test('Without a valid token the answer is 401 (S3-26, S3-53)', async (t) => {
  t.match(await getJson(service, '/ws/stats'), unauthorized)
  for (const authorization of ['Bearer bad', 'Bearer ', 'Basic YTpi', `Bearer ${await tokenFor({ sub: 'root', role: 'admin', exp: 1 })}`]) {
    t.match(await getJson(service, '/ws/stats', { headers: { authorization } }), unauthorized, authorization.slice(0, 12))
  }
})

t.test('A token in the query or the subprotocol is none for a REST route (S3-26)', async (t) => {
  const token = await tokenFor({ sub: 'root', role: 'admin' })
  t.match(await getJson(service, `/ws/stats?token=${token}`), unauthorized)
  t.match(await getJson(service, '/ws/stats', { headers: { 'sec-websocket-protocol': `bearer, ${token}` } }), unauthorized)
})

t.test('A valid token without the role is 403 (S3-26)', async (t) => {
  for (const claims of [{}, { role: 'user' }, { role: 'Admin' }, { role: 'admins' }, { roles: ['user', 'guest'] }, { name: 'admin' }]) {
    t.match(await statsAs(service, { sub: 'u', ...claims }), forbidden, JSON.stringify(claims))
  }
})

t.test('admin and superadmin are administrators, as role or among the roles (S3-26, S3-54)', async (t) => {
  for (const claims of [{ role: 'admin' }, { role: 'superadmin' }, { roles: ['user', 'admin'] }, { role: 'user', roles: 'superadmin' }]) {
    t.equal((await statsAs(service, { sub: 'root', ...claims })).status, 200, JSON.stringify(claims))
  }
})

t.test('Which roles are those of administrators is a setting', async (t) => {
  const other = await startService(t, { WS_ADMIN_ROLES: 'operator' })
  t.match(await statsAs(other, { sub: 'u', role: 'admin' }), forbidden)
  t.equal((await statsAs(other, { sub: 'u', role: 'operator' })).status, 200)
})

t.test('The statistics count connections, users, rooms and roles (S1-68, S3-27)', async (t) => {
  const counted = await startService(t)
  await memberOf(t, counted, { sub: 'ada', role: 'driver', roles: ['admin'] }, 'general')
  await memberOf(t, counted, { sub: 'ada', role: 'driver' }, 'general')
  await memberOf(t, counted, { sub: 'bob' }, 'other')
  const { body } = await statsAs(counted, { sub: 'root', role: 'admin' })
  t.match(body, { total_clients: 3, online_users: 2, total_rooms: 2, uptime_s: Number })
  t.strictSame(body['by_role'], { driver: 2, admin: 1, user: 1 })
  t.match(body['nodes'], [{ id: counted.app.hub.nodeId, clients: 3, rooms: 2, uptime_s: Number }])
})

t.test('The time of the statistics is the real one, in UTC with milliseconds (S1-68, S3-27)', async (t) => {
  const before = Date.now()
  const { body } = await statsAs(service, { sub: 'root', role: 'admin' })
  const text = String(body['timestamp'])
  t.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  t.ok(Date.parse(text) >= before && Date.parse(text) <= Date.now())
})

t.test('The statistics count frames that came and copies that went', async (t) => {
  const counted = await startService(t)
  const [ada, bob, eve] = [await connectAs(t, counted, 'ada'), await connectAs(t, counted, 'bob'), await connectAs(t, counted, 'eve')]
  for (const client of [ada, bob, eve]) await client.request({ type: 'subscribe', room: 'general' })
  await ada.request({ type: 'publish', room: 'general', payload: 1 })
  await Promise.all([bob.next('message'), eve.next('message')])
  const { body } = await statsAs(counted, { sub: 'root', role: 'admin' })
  t.strictSame(body['messages'], { in: 4, out: 2 })
})

t.test('The scope is all nodes or this one, nothing else', async (t) => {
  for (const query of ['?scope=node', '?scope=cluster', '']) {
    t.match(await statsAs(service, { sub: 'root', role: 'admin' }, query), { status: 200, body: { nodes: [{ id: service.app.hub.nodeId }] } }, query)
  }
  const refused = await statsAs(service, { sub: 'root', role: 'admin' }, '?scope=galaxy')
  t.match(refused, { status: 400, body: { error: /scope/, code: 'INVALID_PAYLOAD' } })
})

t.test('However the path is written, nobody gets past the guard', async (t) => {
  for (const path of ['/ws/%73tats', '/ws/stats?x=1', '/ws/stats#x', '//ws/stats', '/ws/stats/', '/WS/stats', '/ws/./stats', '/ws//stats']) {
    t.ok([401, 404].includes((await getJson(service, path)).status), path)
  }
  for (const method of ['HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE']) {
    t.ok([401, 404].includes((await fetch(`${service.address}/ws/stats`, { method })).status), method)
  }
})
