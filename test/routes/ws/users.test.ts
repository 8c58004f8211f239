import t from 'tap'
import { connectAs, startService, until } from '../../helper.ts'
import { getAsAdmin } from '../../support/admin.ts'
import { startTwoServices } from '../../support/linked-services.ts'

t.test('The users online are those of all nodes, each once', async (t) => {
  const [first, second] = await startTwoServices(t)
  t.strictSame((await getAsAdmin(first, '/ws/users')).body, { users: [], count: 0 })
  await connectAs(t, first, { sub: 'ada', name: 'Ada' })
  await connectAs(t, second, { sub: 'ada', name: 'Ada' })
  await connectAs(t, second, 'bob')
  await until(async () => (await first.app.hub.online()).connections === 3)
  t.strictSame((await getAsAdmin(first, '/ws/users')).body, { users: [{ id: 'ada', name: 'Ada' }, { id: 'bob', name: 'bob' }], count: 2 })
})

t.test('They come in pages', async (t) => {
  const service = await startService(t)
  for (const user of ['ada', 'bob', 'carl']) await connectAs(t, service, user)
  t.match((await getAsAdmin(service, '/ws/users?limit=1&offset=1')).body, { users: [{ id: 'bob' }], count: 3, next: 2 })
  t.match((await getAsAdmin(service, '/ws/users?limit=1&offset=2')).body, { users: [{ id: 'carl' }], next: undefined })
  t.match(await getAsAdmin(service, '/ws/users?limit=1001'), { status: 400, body: { code: 'INVALID_PAYLOAD' } })
})
