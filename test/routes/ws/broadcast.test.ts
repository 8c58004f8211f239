import t from 'tap'
import { connectAs, getJson, memberOf, postJson, startService, tokenFor, until, type TestService } from '../../helper.ts'

const admin = { sub: 'root', role: 'admin' }

/** Posts a broadcast as an administrator. */
async function broadcast ({ address }: Pick<TestService, 'address'>, body: unknown) {
  return await postJson({ address }, '/ws/broadcast', body, admin)
}

t.test('A message becomes a system.alert for everybody (S3-28, S3-29, S3-30, S3-56)', async (t) => {
  const service = await startService(t)
  const [ada, bob] = [await connectAs(t, service, { sub: 'ada', role: 'driver' }), await connectAs(t, service, 'bob')]
  const { status, body } = await broadcast(service, { message: 'Maintenance at 10', priority: 'high', metadata: { scheduled_time: '10:00' } })
  t.equal(status, 200)
  t.match(body, { success: true, message: 'Broadcast sent successfully', recipients: 2, stats: { total_clients: 2, by_role: { driver: 1, user: 1 } }, id: String })
  for (const client of [ada, bob]) {
    const frame = await client.next('system.alert')
    t.strictSame(frame.payload, { message: 'Maintenance at 10', priority: 'high', metadata: { scheduled_time: '10:00' } })
    t.notOk('sender' in frame)
  }
})

t.test('Priority and metadata may be left out (S3-31)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  t.equal((await broadcast(service, { message: 'hello' })).status, 200)
  t.strictSame((await ada.next('system.alert')).payload, { message: 'hello', priority: 'normal', metadata: {} })
})

t.test('A type and a payload become a notification of that type, as they are', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const payload of [{ deep: [1, null, 'ü'] }, [1, 2], 'text', 0, false, null]) {
    t.equal((await broadcast(service, { type: 'user.updated', payload })).body['recipients'], 1)
    t.strictSame((await ada.next('user.updated')).payload, payload)
  }
  await broadcast(service, { type: 'user.updated' })
  t.equal((await ada.next('user.updated')).payload, null)
  await broadcast(service, { type: 'system.alert', payload: { own: 'form' } })
  t.strictSame((await ada.next('system.alert')).payload, { own: 'form' })
})

t.test('The id of a message is carried on it; without one an id is made', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  t.equal((await broadcast(service, { message: 'x', id: 'm-1' })).body['id'], 'm-1')
  t.equal((await ada.next('system.alert')).id, 'm-1')
  const { body } = await broadcast(service, { message: 'x' })
  t.equal((await ada.next('system.alert')).id, body['id'])
})

t.test('With nobody there the answer is an honest 0', async (t) => {
  const service = await startService(t)
  t.match((await broadcast(service, { message: 'anybody?' })).body, { success: true, recipients: 0, stats: { total_clients: 0 } })
})

t.test('A connection that is closing is no recipient', async (t) => {
  const service = await startService(t)
  await connectAs(t, service, 'ada')
  const leaving = await connectAs(t, service, 'bob')
  await leaving.close()
  await until(() => service.app.hub.size === 1)
  t.equal((await broadcast(service, { message: 'x' })).body['recipients'], 1)
})

t.test('Who has no valid token is 401, who is no administrator 403, whatever the body (S3-28, S3-55)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const body of [{ message: 'x' }, { nonsense: 1 }, 'text']) {
    t.match(await postJson(service, '/ws/broadcast', body), { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } })
    t.match(await postJson(service, '/ws/broadcast', body, { sub: 'u' }), { status: 403, body: { error: 'admin access required', code: 'FORBIDDEN' } })
    t.match(await postJson(service, '/ws/broadcast', body, { sub: 'u', role: 'user' }), { status: 403 })
  }
  t.strictSame(await ada.drain(), [], 'nothing was sent')
})

t.test('A superadmin and an administrator by one of several roles may broadcast (S3-28)', async (t) => {
  const service = await startService(t)
  for (const claims of [{ role: 'superadmin' }, { role: 'user', roles: ['admin'] }]) {
    t.equal((await postJson(service, '/ws/broadcast', { message: 'x' }, { sub: 'root', ...claims })).status, 200)
  }
})

t.test('However the Content-Type is dressed up, no body gets past its schema', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const authorization = `Bearer ${await tokenFor(admin)}`
  const types = [
    'application/xml', 'text/plain', 'application/json\tx', 'application/jsonx', 'application/x-json', 'application/json/x', '', 'json',
    'multipart/form-data', 'application/x-www-form-urlencoded', 'text/json', 'application /json', 'application/json garbage'
  ]
  for (const type of types) {
    const { status } = await getJson(service, '/ws/broadcast', { method: 'POST', headers: { authorization, 'content-type': type }, body: '{"message":7}' })
    t.ok(status === 400 || status === 415, `${type} ${status}`)
  }
  t.strictSame(await ada.drain(), [])
})

t.test('A body in JSON with a charset is read', async (t) => {
  const service = await startService(t)
  const authorization = `Bearer ${await tokenFor(admin)}`
  for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset="utf-8"']) {
    const { status } = await getJson(service, '/ws/broadcast', { method: 'POST', headers: { authorization, 'content-type': type }, body: '{"message":"x"}' })
    t.equal(status, 200, type)
  }
})

t.test('A broadcast reaches members of rooms once and takes no place of theirs', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  t.equal((await broadcast(service, { message: 'x' })).body['recipients'], 1)
  t.notOk((await ada.next('system.alert')).room)
  t.strictSame(await ada.drain(), [])
})
