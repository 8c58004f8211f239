import t from 'tap'
import { connectAs, startService } from '../helper.ts'

t.test('a token that ends ends the session with 1008, as the settings of the service come (S3-67)', async (t) => {
  const service = await startService(t)
  const exp = Math.floor(Date.now() / 1000) + 2
  const ada = await connectAs(t, service, { sub: 'ada', exp })
  t.same(await ada.closed, { code: 1008, reason: 'token expired' })
  t.ok(Date.now() >= exp * 1000)
})
