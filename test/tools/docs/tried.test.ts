import { spawn } from 'node:child_process'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connect, refusedHandshake } from '../../client.ts'
import { connectAs, getJson, memberOf, postJson, SECRET, startService, tokenFor } from '../../helper.ts'
import { CliProcess, spawnCli } from '../../support/cli-process.ts'
import { startNodes } from '../../support/nodes.ts'
import { ticketFor } from '../../support/tickets.ts'
import { curlsIn } from './curl.ts'
import { mentionsIn } from './mentions.ts'
import { blocksIn, readPage, sectionOf } from './pages.ts'
import { startTlsBalancer } from './tls-balancer.ts'

const usage = readPage('docs/usage.md')
const troubleshooting = readPage('docs/troubleshooting.md')
const ADMIN = { sub: 'root', role: 'admin' }

/** The programs of a page by the names in their first lines. */
function programsOf (text: string): Record<string, string> {
  return Object.fromEntries(blocksIn(text).filter(({ language }) => language === 'js').map(({ code }) => [/^\/\/ (\S+)\n/.exec(code)?.[1] ?? '', code]))
}

function startProgram (t: Test, file: string, env: Record<string, string>): CliProcess {
  const child = spawn(process.execPath, [file], { env: { PATH: process.env['PATH'], ...env } })
  t.teardown(() => child.kill('SIGKILL'))
  return new CliProcess(child)
}

/** Makes the requests that a script makes with curl; their statuses. */
async function runCurls (script: string, address: string): Promise<number[]> {
  const statuses = []
  for (const { url, method, headers, body } of curlsIn(script, { ADMIN_TOKEN: await tokenFor(ADMIN) })) {
    const response = await fetch(url.replace('http://localhost:8080', address), { method, headers, ...(body !== undefined && { body }) })
    statuses.push(response.status)
  }
  return statuses
}

t.test('the tour of the usage page, in a terminal: the service answers, and a client talks (S4-58)', async (t) => {
  const { address } = await startService(t)
  t.same(await runCurls(sectionOf(usage, '1. Run it'), address), [200])
  const session = blocksIn(sectionOf(usage, '3. Connect, join, talk'))[0]?.code ?? ''
  const client = spawnCli(t, ['client', '--url', `${address.replace('http', 'ws')}/ws`, '--token', await tokenFor({ sub: 'ada', name: 'Ada' })])
  const { code } = await client.finish(...session.trimEnd().split('\n').slice(1))
  t.equal(code, 0)
  for (const line of [/room_info \[general\] 1 here: Ada/, /ack \{"seq":1/, /online_users \[general\] 1 here: Ada/, /history \[general\] .*"content":"hello"/]) t.match(client.stdout, line)
})

t.test('the tour of the usage page, as an application: its programs run and meet, and a backend tells them something (S4-58)', async (t) => {
  const folder = t.testdir(programsOf(usage.text))
  const app = startProgram(t, join(folder, 'app.js'), { JWT_SECRET: SECRET, PORT: '0' })
  const address = await app.seen(/^(http:\S+)$/m)
  const bob = await connectAs(t, { address }, 'bob')
  await bob.request({ type: 'subscribe', room: 'general' })
  const env = { HUB_URL: `${address.replace('http', 'ws')}/ws`, TOKEN: await tokenFor({ sub: 'ada', name: 'Ada' }) }
  const client = startProgram(t, join(folder, 'client.js'), env)
  await client.seen(/^refused: INVALID_PAYLOAD$/m)
  t.match(client.stdout, /^reminder: somebody looked at order 17$/m)
  t.match(client.stdout, /^order 17 paid$/m)
  t.match(await bob.next('new_message'), { payload: { content: 'hello' }, sender: { name: 'Ada' } })
  t.same(await runCurls(sectionOf(usage, '5. Your backend tells people something'), address), [200, 200, 200, 200, 200])
  await client.seen(/^reminder: Lunch$/m)
  t.equal(app.stderr, '')
})

t.test('wss in production: behind HAProxy with the lines of the deployment page a page of the allowed origin talks over TLS (S3-06)', async (t) => {
  const origin = 'https://app.example.org'
  const service = await startService(t, { NODE_ENV: 'production', TRUST_PROXY: '127.0.0.1', WS_ALLOWED_ORIGINS: origin })
  const { url, caFile } = await startTlsBalancer(t, t.testdir(), service.address)
  const doctor = spawnCli(t, ['doctor', '--url', url, '--origin', origin], { WSHUB_TOKEN: await tokenFor({ sub: 'ada' }), NODE_EXTRA_CA_CERTS: caFile })
  t.same(await doctor.ended, { code: 0, signal: null }, doctor.stdout)
  for (const line of [/^ok +tls +TLSv1\.3/m, /^ok +upgrade /m, /^ok +origin /m]) t.match(doctor.stdout, line)
})

t.test('any balancer will do: the ticket is of one node, the socket on the next, the way back over a third (S2-66)', async (t) => {
  const { nodes } = await startNodes(t)
  const ticket = await ticketFor(nodes[0], 'ada')
  const first = connect(t, nodes[1].address, { path: `/ws?ticket=${ticket}` })
  await first.next('connected')
  const { payload: { epoch, seq } } = await first.request({ type: 'join_room', room: 'hall' })
  first.socket.terminate()
  const bob = await connectAs(t, nodes[0], 'bob')
  await bob.request({ type: 'join_room', room: 'hall' })
  await bob.request({ type: 'send_message', room: 'hall', payload: { content: 'meanwhile' } })
  const second = await connectAs(t, nodes[2], 'ada')
  const topics = { 'room:hall': { epoch, seq, member: true } }
  t.match(await second.request({ type: 'resume', payload: { topics } }), { payload: { topics: { 'room:hall': { recovered: true, missed: 1 } } } })
  t.match(await second.next('new_message'), { payload: { content: 'meanwhile' } })
  for (const node of nodes) t.match((await getJson(node, '/ws/online')).body, { online: 2 })
})

t.test('whatever closes a connection at once writes a line of the log that the troubleshooting page names (S0-134)', async (t) => {
  const env = { WS_ALLOWED_ORIGINS: 'https://app.example.org', WS_AUTH_REJECT: 'http', WS_PING_PERIOD: '30ms', WS_PONG_WAIT: '100ms' }
  const service = await startService(t, env, { timings: { sweepIntervalMs: 10 } })
  const token = await tokenFor({ sub: 'ada' })
  t.match(await refusedHandshake(t, service.address, { token: 'bad' }), { status: 401 })
  t.match(await refusedHandshake(t, service.address, { token, origin: 'https://other.example.org' }), { status: 403 })
  t.match(await connect(t, service.address, { token, autoPong: false }).closed, { code: 1006 })
  const written = new Set(service.logs.map(({ msg }) => msg))
  const named = mentionsIn(sectionOf(troubleshooting, 'No connection, or closed at once')).logTexts
  for (const text of ['ws auth failed', 'ws handshake refused', 'Stale WebSocket connection detected']) {
    t.ok(written.has(text), `written: ${text}`)
    t.ok(named.includes(text), `named: ${text}`)
  }
  t.match(service.logs.filter(({ msg }) => msg === 'ws auth failed' || msg === 'ws handshake refused').map(({ reason }) => reason), [String, 'origin not allowed'])
})

t.test('whoever gets no messages is told by the steps of the troubleshooting page where they stop (S0-135, S3-73)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'hall')
  const bob = await connectAs(t, service, 'bob')
  const codes = [{ type: 'send_message', room: 'hall', payload: { content: 'hi' } }, { type: 'new_message', room: 'hall' }]
    .map(async (request) => (await bob.request(request)).payload['code'])
  t.same(await Promise.all(codes), ['NOT_IN_ROOM', 'UNKNOWN_TYPE'])
  t.same(await ada.drain(), [])
  const headers = { authorization: `Bearer ${await tokenFor(ADMIN)}` }
  t.match((await getJson(service, '/ws/rooms/hall', { headers })).body, { users: [{ id: 'ada' }], count: 1 })
  t.match((await postJson(service, '/ws/broadcast', { message: 'test' }, ADMIN)).body, { recipients: 2 })
  for (const client of [ada, bob]) await client.next('system.alert')
})
