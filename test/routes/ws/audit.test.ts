import t from 'tap'
import { connectAs, getJson, postJson, tokenFor, type LogLine, type TestService } from '../../helper.ts'
import { deleteAsAdmin, getAsAdmin, postAsAdmin } from '../../support/admin.ts'
import { startTwoServices } from '../../support/linked-services.ts'

const [service, other] = await startTwoServices(t)
const INFO = 30
const WARN = 40

/** Lines of the audit log that came of what is done, without those of pino's own fields that differ each time. */
async function auditOf (done: () => Promise<unknown>, { logs }: TestService = service): Promise<Array<Omit<LogLine, 'level'>>> {
  const before = logs.length
  await done()
  return logs.slice(before).filter(({ logger }) => logger === 'audit').map(({ time, pid, hostname, ...fields }) => fields)
}

t.test('a broadcast is one line: who, from where, what and to whom, and how many got it', async (t) => {
  await connectAs(t, service, 'ada')
  const lines = await auditOf(async () => await postAsAdmin(service, '/ws/broadcast', { message: 'private words', target: { users: ['ada', 'bob'], rooms: ['r'] }, id: 'm-1' }))
  const [line, ...others] = lines
  t.strictSame(others, [])
  const { reqId, ...fields } = line ?? {}
  t.type(reqId, 'string')
  const who = { level: INFO, msg: 'admin action', logger: 'audit', action: 'broadcast', admin_id: 'root', ip: '127.0.0.1' }
  const what = { type: 'system.alert', target: { users: ['ada', 'bob'], rooms: ['r'] }, target_size: 3, outcome: 'done', id: 'm-1', recipients: 1 }
  t.strictSame(fields, { ...who, ...what })
})

t.test('the line is the same request\'s as the others with its reqId', async (t) => {
  const [line] = await auditOf(async () => await postAsAdmin(service, '/ws/broadcast', { type: 'news', payload: 1 }))
  t.match(line, { type: 'news', target: 'all', id: String })
  t.match(service.logs.find(({ msg, reqId }) => msg === 'incoming request' && reqId === line?.['reqId']), { req: { url: '/ws/broadcast' } })
})

t.test('a repeated broadcast and one that misses nodes say so', async (t) => {
  const repeat = async () => await postAsAdmin(service, '/ws/broadcast', { type: 'news', payload: 1, id: 'once' })
  await repeat()
  t.match(await auditOf(repeat), [{ outcome: 'done', duplicate: true }])
  other.relay.isSilent = true
  t.teardown(() => { other.relay.isSilent = false })
  t.match(await auditOf(async () => await postAsAdmin(service, '/ws/broadcast', { message: 'x' })), [{ outcome: 'done', missing_nodes: ['node-2'] }])
})

t.test('a line stays short, however many names a target has and however long they are', async (t) => {
  const users = Array.from({ length: 3_000 }, (_, index) => `${index}`.padEnd(300, '-'))
  const [line] = await auditOf(async () => await postAsAdmin(service, '/ws/broadcast', { message: 'x', target: { users, roles: [] } }))
  t.match(line, { target: { users: users.slice(0, 10).map((name) => name.slice(0, 256)) }, target_size: 3_000 })
  t.ok(JSON.stringify(line).length < 4_000)
})

t.test('many messages at once are one line, with the numbers of those that were refused and of all receivers', async (t) => {
  await connectAs(t, service, 'ada')
  const messages = [{ message: 'a', target: { users: ['ada'] } }, { nonsense: 1 }, { message: 'b', target: { users: ['ada'] } }]
  t.match(await auditOf(async () => await postAsAdmin(service, '/ws/publish', { messages })), [{
    level: INFO, msg: 'admin action', action: 'publish', admin_id: 'root', ip: '127.0.0.1', messages: 3, outcome: 'done', recipients: 2, refused: 1, error_code: 'INVALID_PAYLOAD'
  }])
})

t.test('an administrator\'s broadcast over the socket is one line, a refused one of a user none', async (t) => {
  const root = await connectAs(t, service, { sub: 'root', role: 'admin' })
  const ada = await connectAs(t, service, 'ada')
  const lines = await auditOf(async () => {
    await root.request({ type: 'broadcast', id: 'b-1', payload: 'private words' })
    await ada.request({ type: 'broadcast', payload: 'no' })
  })
  t.match(lines, [{ level: INFO, msg: 'admin action', action: 'broadcast', admin_id: 'root', ip: '127.0.0.1', client_id: String, type: 'message', id: 'b-1', target: 'all', outcome: 'done' }])
  t.equal(lines.length, 1)
  t.notOk(JSON.stringify(lines).includes('private words'))
})

t.test('a disconnection, a ban and its end are one line each, on the node that was asked', async (t) => {
  const ada = await connectAs(t, other, 'ada')
  const lines = await auditOf(async () => {
    await postAsAdmin(service, '/ws/users/ada/disconnect', { reason: 'spam' })
    await ada.closed
    await postAsAdmin(service, '/ws/users/bob/disconnect', { reason: 'more spam', ban_for_s: 60 })
    await deleteAsAdmin(service, '/ws/users/bob/ban')
  })
  const who = { level: INFO, msg: 'admin action', admin_id: 'root', ip: '127.0.0.1', outcome: 'done' }
  t.match(lines, [
    { ...who, action: 'disconnect', user_id: 'ada', reason: 'spam', closed: 1 },
    { ...who, action: 'ban', user_id: 'bob', reason: 'more spam', ban_for_s: 60, closed: 0 },
    { ...who, action: 'unban', user_id: 'bob' }
  ])
  t.equal(lines.length, 3)
  t.strictSame(other.logs.filter(({ logger }) => logger === 'audit'), [])
})

t.test('what was refused is a warning with its code, what failed another with the fault', async (t) => {
  const refused = { level: WARN, msg: 'admin action failed', admin_id: 'root', outcome: 'refused' }
  t.match(await auditOf(async () => await deleteAsAdmin(service, '/ws/users/nobody/ban')), [{ ...refused, action: 'unban', user_id: 'nobody', error_code: 'NOT_FOUND' }])
  t.match(await auditOf(async () => await postAsAdmin(service, '/ws/broadcast', { message: 'x', target: {} })), [{ ...refused, action: 'broadcast', error_code: 'INVALID_PAYLOAD' }])
  service.relay.isReachable = false
  t.teardown(() => { service.relay.isReachable = true })
  const failed = { level: WARN, msg: 'admin action failed', admin_id: 'root', outcome: 'failed', error_code: 'UNAVAILABLE', err: { stack: String } }
  t.match(await auditOf(async () => await postAsAdmin(service, '/ws/users/ada/disconnect', { ban_for_s: 60 })), [{ ...failed, action: 'ban', user_id: 'ada' }])
  t.match(await auditOf(async () => await deleteAsAdmin(service, '/ws/users/ada/ban')), [{ ...failed, action: 'unban', user_id: 'ada' }])
})

t.test('who looks is in no line, and neither is a body that is none', async (t) => {
  t.strictSame(await auditOf(async () => {
    for (const path of ['/ws/stats', '/ws/users', '/ws/users/ada', '/ws/rooms']) await getAsAdmin(service, path)
    await postAsAdmin(service, '/ws/broadcast', { misspelt: 1 })
  }), [])
})

t.test('who is no administrator is warned of on every route of administrators, without the query', async (t) => {
  const mallory = { sub: 'mallory', role: 'user' }
  const authorization = `Bearer ${await tokenFor(mallory)}`
  const asked = [
    ['POST', '/ws/broadcast'], ['POST', '/ws/publish'], ['POST', '/ws/users/ada/disconnect'], ['DELETE', '/ws/users/ada/ban'],
    ['GET', '/ws/stats'], ['GET', '/ws/users'], ['GET', '/ws/users/ada'], ['GET', '/ws/rooms']
  ] as const
  for (const [method, path] of asked) {
    const lines = await auditOf(async () => {
      t.equal((await getJson(service, `${path}?token=secret\n`, { method, headers: { authorization } })).status, 403)
    })
    t.match(lines, [{ level: WARN, msg: 'admin access refused', user_id: 'mallory', method, url: path, ip: '127.0.0.1', reqId: String }], path)
    t.equal(lines.length, 1)
    t.notMatch(JSON.stringify(lines), /secret/)
  }
  t.strictSame(await auditOf(async () => await postJson(service, '/ws/broadcast', { message: 'x' })), [], 'nobody in particular is no line of the audit log')
})
