import t from 'tap'
import { connectAs, getJson, startService, tokenFor, until } from '../../helper.ts'

t.test('Everybody may ask how many users and connections there are (S0-92)', async (t) => {
  const service = await startService(t)
  t.strictSame((await getJson(service, '/ws/online')).body, { online: 0, connections: 0 })
  for (const user of ['ada', 'ada', 'bob']) await connectAs(t, service, user)
  const { status, body } = await getJson(service, '/ws/online')
  t.equal(status, 200)
  t.strictSame(body, { online: 2, connections: 3 })
})

t.test('Who has left does not count any more', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  await ada.close()
  await until(async () => (await getJson(service, '/ws/online')).body['connections'] === 0)
  t.strictSame((await getJson(service, '/ws/online')).body, { online: 0, connections: 0 })
})

t.test('When it is not public only administrators may ask', async (t) => {
  const service = await startService(t, { WS_ONLINE_PUBLIC: 'false' })
  const as = async (role: string) => await getJson(service, '/ws/online', { headers: { authorization: `Bearer ${await tokenFor({ sub: 'u', role })}` } })
  t.match(await getJson(service, '/ws/online'), { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } })
  t.match(await as('user'), { status: 403, body: { error: 'admin access required', code: 'FORBIDDEN' } })
  t.match(await as('admin'), { status: 200, body: { online: 0 } })
})
