import t from 'tap'
import { connectAs, startService, until } from '../../helper.ts'
import { getAsAdmin } from '../../support/admin.ts'
import { startTwoServices } from '../../support/linked-services.ts'

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

t.test('A user is shown with the connections on all nodes', async (t) => {
  const [first, second] = await startTwoServices(t)
  await connectAs(t, second, { sub: 'ada', name: 'Ada', role: 'driver' })
  await connectAs(t, first, 'bob')
  const { status, body } = await getAsAdmin(first, '/ws/users/ada')
  t.equal(status, 200)
  t.match(body, {
    id: 'ada',
    online: true,
    connections: [{ id: String, node: 'node-2', opened_at: RFC_3339, address: '127.0.0.1', dialect: 'hub.v1', roles: ['driver'], name: 'Ada' }],
    last_seen: RFC_3339,
    missing_nodes: undefined
  })
})

t.test('A user who left is offline and was last seen then, one who was never seen is 404', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  await ada.close()
  await until(() => service.app.hub.size === 0)
  t.match(await getAsAdmin(service, '/ws/users/ada'), { status: 200, body: { online: false, connections: [], last_seen: RFC_3339 } })
  t.match(await getAsAdmin(service, '/ws/users/nobody'), { status: 404, body: { error: 'this user was never seen', code: 'NOT_FOUND' } })
})

t.test('A ban is shown, also of a user who was never seen', async (t) => {
  const service = await startService(t)
  await service.app.hub.disconnect('eve', { banFor: 60, reason: 'spam' })
  const { body } = await getAsAdmin(service, '/ws/users/eve')
  t.match(body, { id: 'eve', online: false, connections: [], banned_until: RFC_3339, ban_reason: 'spam' })
  t.notOk('last_seen' in body)
})

t.test('A node that does not say which connections it has is named', async (t) => {
  const [first, second] = await startTwoServices(t)
  await connectAs(t, first, 'ada')
  await until(async () => (await first.app.hub.online()).users === 1)
  second.relay.isSilent = true
  t.match((await getAsAdmin(first, '/ws/users/ada')).body, { online: true, connections: [{ node: 'node-1' }], missing_nodes: ['node-2'] })
  await connectAs(t, second, 'bob')
  await until(async () => (await first.app.hub.online()).users === 2)
  t.match((await getAsAdmin(first, '/ws/users/bob')).body, { online: true, connections: [], missing_nodes: ['node-2'] })
})

t.test('An id is read as it was written', async (t) => {
  const service = await startService(t)
  await connectAs(t, service, 'a/b ü?')
  t.match((await getAsAdmin(service, `/ws/users/${encodeURIComponent('a/b ü?')}`)).body, { id: 'a/b ü?', online: true })
  t.equal((await getAsAdmin(service, '/ws/users/')).status, 400)
})
