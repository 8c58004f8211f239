import t from 'tap'
import { connectAs, getJson, startService, tokenFor } from '../../helper.ts'
import { getAsAdmin, postAsAdmin } from '../../support/admin.ts'
import { startTwoServices } from '../../support/linked-services.ts'

t.test('A user is disconnected from all nodes, and the log says by whom', async (t) => {
  const [first, second] = await startTwoServices(t)
  const clients = [await connectAs(t, first, 'ada'), await connectAs(t, second, 'ada')]
  const { status, body } = await postAsAdmin(first, '/ws/users/ada/disconnect', { reason: 'please sign in again' })
  t.equal(status, 200)
  t.strictSame(body, { success: true, closed: 2 })
  for (const client of clients) t.strictSame(await client.closed, { code: 4004, reason: 'please sign in again' })
  t.match(first.logs.find(({ msg }) => msg === 'admin action'), { logger: 'audit', action: 'disconnect', admin_id: 'root', user_id: 'ada', closed: 2, reason: 'please sign in again' })
  t.ok(await connectAs(t, first, 'ada'), 'it may come back')
})

t.test('The body may be empty or left out, and a user who is not there is no error', async (t) => {
  const service = await startService(t)
  t.strictSame((await postAsAdmin(service, '/ws/users/nobody/disconnect', {})).body, { success: true, closed: 0 })
  const authorization = `Bearer ${await tokenFor({ sub: 'root', role: 'admin' })}`
  t.match(await getJson(service, '/ws/users/nobody/disconnect', { method: 'POST', headers: { authorization } }), { status: 200, body: { closed: 0 } })
})

t.test('With a ban the user is closed with 4003, and shown as banned', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  t.match((await postAsAdmin(service, '/ws/users/ada/disconnect', { reason: 'spam', ban_for_s: 60 })).body, { success: true, closed: 1 })
  t.match(await ada.closed, { code: 4003, reason: /^banned until \S+: spam$/ })
  t.match((await getAsAdmin(service, '/ws/users/ada')).body, { banned_until: String, ban_reason: 'spam' })
  t.match(service.logs.find(({ msg }) => msg === 'admin action'), { action: 'ban', admin_id: 'root', user_id: 'ada', ban_for_s: 60 })
})

t.test('A node that does not answer is named', async (t) => {
  const [first, second] = await startTwoServices(t)
  second.relay.isSilent = true
  t.strictSame((await postAsAdmin(first, '/ws/users/ada/disconnect', {})).body, { success: true, closed: 0, missing_nodes: ['node-2'] })
})

t.test('A ban that cannot be confirmed is 503', async (t) => {
  const [first] = await startTwoServices(t)
  first.relay.isReachable = false
  t.match(await postAsAdmin(first, '/ws/users/ada/disconnect', { ban_for_s: 60 }), { status: 503, body: { code: 'UNAVAILABLE' } })
})

t.test('What is misspelt or cannot be is refused, and nobody is closed', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const bodies = [{ ban_for: 60 }, { ban_for_s: 0 }, { ban_for_s: -1 }, { ban_for_s: 1.5 }, { ban_for_s: '60' }, { ban_for_s: 4e8 }, { reason: '' }, { reason: 7 }, [], 'x', 7]
  for (const body of bodies) {
    t.match(await postAsAdmin(service, '/ws/users/ada/disconnect', body), { status: 400, body: { code: 'INVALID_PAYLOAD' } }, JSON.stringify(body))
  }
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
})
