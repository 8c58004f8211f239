import t, { type Test } from 'tap'
import { getJson, startService, tokenFor, type Claims } from '../../helper.ts'
import { connectHttp } from '../../support/http-peer.ts'

const service = await startService(t, { WS_REST_RATE: '0' })
const routes = [
  ['GET', '/ws/stats'], ['GET', '/ws/rooms'], ['GET', '/ws/rooms/hall'], ['GET', '/ws/rooms/hall/history'], ['GET', '/ws/users'], ['GET', '/ws/users/ada'],
  ['POST', '/ws/broadcast'], ['POST', '/ws/publish'], ['POST', '/ws/users/ada/disconnect'], ['DELETE', '/ws/users/ada/ban'],
  ['POST', '/ws/tokens/t1/ban'], ['DELETE', '/ws/tokens/t1/ban']
] as const
/** Tokens that are good, of users who are no administrators. */
const others: readonly Claims[] = [
  { role: 'user' }, { role: 'Admin' }, { role: 'admin ' }, { role: 'administrator' }, { roles: ['user', 'ADMIN'] }, { role: { admin: true } }, { roles: { 0: 'admin' } },
  { scope: 'admin' }, { admin: true }
]
/** Ways to write the path of the statistics, some of which mean it. */
const paths = [
  '/ws/stats', '//ws/stats', '/ws//stats', '/ws/stats/', '/ws/%73tats', '/ws%2fstats', '/WS/stats', '/ws/./stats', '/x/../ws/stats', '/ws/stats?x=1', '/ws/stats#x', '/ws/stats;x',
  'http://localhost/ws/stats', 'http://other.example/ws/stats', 'ws/stats'
]
const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY']

for (const [method, path] of routes) {
  t.test(`b20: ${method} ${path} is for administrators alone`, async (t) => {
    t.match(await getJson(service, path, { method }), { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } })
    for (const claims of others) {
      const authorization = `Bearer ${await tokenFor({ sub: 'ada', ...claims })}`
      t.match(await getJson(service, path, { method, headers: { authorization } }), { status: 403, body: { error: 'admin access required', code: 'FORBIDDEN' } }, JSON.stringify(claims))
    }
  })
}

t.test('b20: however the request is written, nobody gets past the guard', async (t) => {
  const token = await tokenFor({ sub: 'ada', role: 'user' })
  for (const method of methods) {
    for (const path of paths) {
      for (const line of ['', `Authorization: Bearer ${token}\r\n`]) t.ok(isRefusal(await statusOf(t, `${method} ${path}`, line)), `${method} ${path} ${line.slice(0, 5)}`)
    }
  }
  t.equal(await statusOf(t, 'GET http://localhost/ws/stats', `Authorization: Bearer ${await tokenFor({ sub: 'root', role: 'admin' })}\r\n`), 200, 'written out in full it is that path')
})

/** Status of a request as it is written; an answer to HEAD has no body whatever its headers say. */
async function statusOf (t: Test, beginning: string, line: string): Promise<number> {
  const peer = await connectHttp(t, service.address)
  peer.write(`${beginning} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${line}\r\n`)
  await peer.closed
  return Number(/^HTTP\/1\.1 (\d+)/.exec(peer.rest)?.[1])
}

function isRefusal (status: number): boolean {
  return status === 400 || status === 401 || status === 403 || status === 404
}
