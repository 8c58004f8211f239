import t from 'tap'
import { getJson, startService, tokenFor } from '../../helper.ts'

const service = await startService(t)
const routes = [
  ['GET', '/ws/stats'], ['GET', '/ws/rooms'], ['GET', '/ws/rooms/hall'], ['GET', '/ws/rooms/hall/history'], ['GET', '/ws/users'], ['GET', '/ws/users/ada'],
  ['POST', '/ws/publish'], ['POST', '/ws/users/ada/disconnect'], ['DELETE', '/ws/users/ada/ban']
] as const

for (const [method, path] of routes) {
  t.test(`${method} ${path} is for administrators alone`, async (t) => {
    t.match(await getJson(service, path, { method }), { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } })
    const authorization = `Bearer ${await tokenFor({ sub: 'ada', role: 'user' })}`
    t.match(await getJson(service, path, { method, headers: { authorization } }), { status: 403, body: { error: 'admin access required', code: 'FORBIDDEN' } })
  })
}
