import t from 'tap'
import { connectAs, memberOf, startService } from '../../helper.ts'
import { getAsAdmin } from '../../support/admin.ts'
import { startTwoServices } from '../../support/linked-services.ts'

t.test('A room is shown with the users of all nodes and its position', async (t) => {
  const [first, second] = await startTwoServices(t)
  await memberOf(t, second, 'bob', 'north')
  const ada = await memberOf(t, first, { sub: 'ada', name: 'Ada' }, 'north')
  const { payload: { seq, epoch } } = await ada.request({ type: 'publish', room: 'north' })
  const { status, body } = await getAsAdmin(first, '/ws/rooms/north')
  t.equal(status, 200)
  const users = [{ id: 'bob', name: 'bob' }, { id: 'ada', name: 'Ada' }]
  t.strictSame(body, { room: 'north', users, count: 2, connections: 2, epoch, seq })
})

t.test('The users come in pages', async (t) => {
  const service = await startService(t)
  for (const user of ['ada', 'bob', 'carl']) await memberOf(t, service, user, 'north')
  t.match((await getAsAdmin(service, '/ws/rooms/north?limit=2')).body, { users: [{ id: 'ada' }, { id: 'bob' }], count: 3, next: 2 })
  t.match((await getAsAdmin(service, '/ws/rooms/north?limit=2&offset=2')).body, { users: [{ id: 'carl' }], count: 3, next: undefined })
  t.match((await getAsAdmin(service, '/ws/rooms/north?offset=7')).body, { users: [], count: 3, next: undefined })
})

t.test('A room with subscribers alone has no users, one with nobody is 404', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  await ada.request({ type: 'subscribe', room: 'a/b ü' })
  t.match((await getAsAdmin(service, `/ws/rooms/${encodeURIComponent('a/b ü')}`)).body, { room: 'a/b ü', users: [], count: 0, connections: 1 })
  t.match(await getAsAdmin(service, '/ws/rooms/nowhere'), { status: 404, body: { error: 'nobody is in this room', code: 'NOT_FOUND' } })
})

t.test('A name that cannot be, and a page that cannot be, are refused', async (t) => {
  const service = await startService(t)
  for (const name of ['*', '%20a', '']) t.match(await getAsAdmin(service, `/ws/rooms/${name}`), { status: 400, body: { code: 'INVALID_ROOM' } }, name)
  for (const query of ['limit=0', 'offset=-1', 'offset=x', 'offset=9999999999']) {
    t.match(await getAsAdmin(service, `/ws/rooms/north?${query}`), { status: 400, body: { code: 'INVALID_PAYLOAD', error: /^querystring\/(limit|offset): expected/ } }, query)
  }
})
