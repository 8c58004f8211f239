import t from 'tap'
import { connectAs, startService, tokenFor } from '../../helper.ts'
import { refusedHandshake } from '../../client.ts'
import { deleteAsAdmin, postAsAdmin } from '../../support/admin.ts'
import { startTwoServices } from '../../support/linked-services.ts'

t.test('A banned user comes in again once the ban is ended, on every node', async (t) => {
  const [first, second] = await startTwoServices(t)
  await postAsAdmin(first, '/ws/users/ada/disconnect', { ban_for_s: 60 })
  t.match(await refusedHandshake(t, second.address, { token: await tokenFor({ sub: 'ada' }) }), { status: 403 })
  t.match(await deleteAsAdmin(second, '/ws/users/ada/ban'), { status: 200, body: { success: true } })
  t.ok(await connectAs(t, first, 'ada'))
  t.match(second.logs.find(({ msg }) => msg === 'admin action'), { logger: 'audit', action: 'unban', admin_id: 'root', user_id: 'ada' })
})

t.test('A ban that is not there cannot be ended', async (t) => {
  const service = await startService(t)
  t.match(await deleteAsAdmin(service, '/ws/users/ada/ban'), { status: 404, body: { error: 'this user is not banned', code: 'NOT_FOUND' } })
})

t.test('What the relay cannot confirm is 503', async (t) => {
  const [first] = await startTwoServices(t)
  first.relay.isReachable = false
  t.match(await deleteAsAdmin(first, '/ws/users/ada/ban'), { status: 503, body: { code: 'UNAVAILABLE' } })
})
