import t from 'tap'
import { connectAs, postJson, startService } from '../../helper.ts'
import { postAsAdmin } from '../../support/admin.ts'
import { startTwoServices } from '../../support/linked-services.ts'

t.test('A message with an id is sent once, the repetition has the first answer', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const { body: first } = await postAsAdmin(service, '/ws/broadcast', { message: 'x', id: 'm-1' })
  t.notOk('duplicate' in first)
  const { status, body } = await postAsAdmin(service, '/ws/broadcast', { message: 'x', id: 'm-1' })
  t.equal(status, 200)
  t.strictSame(body, { ...first, duplicate: true })
  t.equal((await ada.drain()).length, 1)
})

t.test('An id that was used for something else is refused', async (t) => {
  const service = await startService(t)
  await postAsAdmin(service, '/ws/broadcast', { message: 'x', id: 'm-1' })
  t.match(await postAsAdmin(service, '/ws/broadcast', { message: 'y', id: 'm-1' }), { status: 400, body: { error: /^\/id: /, code: 'INVALID_PAYLOAD' } })
})

t.test('The same message without an id, and of another administrator, is another one', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (let time = 0; time < 2; time += 1) await postAsAdmin(service, '/ws/broadcast', { message: 'x' })
  await postAsAdmin(service, '/ws/broadcast', { message: 'x', id: 'm-1' })
  await postJson(service, '/ws/broadcast', { message: 'x', id: 'm-1' }, { sub: 'other', role: 'admin' })
  t.equal((await ada.drain()).length, 4)
})

t.test('Recipients and connections are those of all nodes', async (t) => {
  const [first, second] = await startTwoServices(t)
  const clients = [await connectAs(t, first, 'ada'), await connectAs(t, second, 'bob')]
  t.match((await postAsAdmin(first, '/ws/broadcast', { message: 'x' })).body, { recipients: 2, seq: 1, stats: { total_clients: 2, by_role: { user: 2 } } })
  for (const client of clients) t.ok(await client.next('system.alert'))
  second.relay.isSilent = true
  t.match((await postAsAdmin(first, '/ws/broadcast', { message: 'x' })).body, { stats: { total_clients: 1 }, missing_nodes: ['node-2'] })
})

t.test('A message of the application with an id is sent once too', async (t) => {
  const { app, ...service } = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const event = { type: 'order.paid', payload: { id: 7 }, id: 'order-7' }
  const { seq, epoch } = await app.hub.toUser('ada', event)
  t.same(await app.hub.toUser('ada', event), { recipients: 1, seq, epoch, duplicate: true })
  await t.rejects(app.hub.toUser('ada', { ...event, payload: { id: 8 } }), { code: 'INVALID_PAYLOAD' })
  t.equal((await ada.drain()).length, 1)
})
