import t from 'tap'
import { runCli } from '../../src/cli/run-cli.ts'
import { startService, tokenFor, type Teardown } from '../helper.ts'
import { TestWorld } from '../support/cli-world.ts'
import { doctor, type DoctorReport } from '../support/doctor.ts'
import { startQuirkyProxy, type Quirks } from '../support/quirky-proxy.ts'

const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>welcome</html>' }

/** Examines a service behind a proxy with quirks. */
async function behind (t: Teardown, quirks: Quirks, flags: readonly string[] = [], env: Record<string, string> = {}): Promise<DoctorReport> {
  const url = await startQuirkyProxy(t, [await startService(t, env)], quirks)
  return await doctor(url, { sub: 'ada' }, flags)
}

/** Alters a character of what is certainly a large message. */
function corrupt (chunk: Buffer): Buffer {
  if (chunk.length < 8_000) return chunk
  const middle = chunk.length >> 1
  chunk[middle] = chunk[middle] === 0x41 ? 0x42 : 0x41
  return chunk
}

const isClose = (chunk: Buffer) => chunk[0] === 0x88
const isPing = (chunk: Buffer) => chunk[0] === 0x89

t.test('a proxy that changes nothing is not seen', async (t) => {
  const { code, failed, warnings } = await behind(t, {})
  t.same({ code, failed, warnings }, { code: 0, failed: [], warnings: [] })
})

t.test('a proxy that drops Upgrade is known by the service\'s 426', async (t) => {
  const { code, checks } = await behind(t, { dropsUpgrade: true })
  t.equal(code, 1)
  t.match(checks['plain request'], { status: 'ok' })
  t.match(checks['upgrade'], { status: 'failed', value: /426/, advice: /proxy_set_header Upgrade/ })
})

t.test('bad gateways, missing nodes, redirects and web pages are told apart', async (t) => {
  const answered = async (answer: ReturnType<NonNullable<Quirks['answer']>>) => (await behind(t, { answer: () => answer })).checks
  t.match(await answered({ status: 502, body: '<html>502</html>' }), { health: { status: 'failed' }, upgrade: { value: /502/, advice: /proxy_pass/ } })
  t.match(await answered({ status: 503 }), { health: { status: 'failed' }, upgrade: { value: /503/, advice: /no node/ } })
  const redirect = await answered({ status: 301, headers: { location: 'https://example.org/ws?token=canary' } })
  t.match(redirect, { health: { status: 'warning' }, upgrade: { value: /301/, advice: /https:\/\/example\.org\/ws\)/ } })
  t.match(await answered(page), { health: { status: 'warning' }, 'plain request': { status: 'failed' }, upgrade: { value: /200/, advice: /Another server/ } })
})

t.test('a login in front of the service is not taken for the service', async (t) => {
  const { checks } = await behind(t, { answer: () => ({ status: 401, headers: { 'www-authenticate': 'Basic' } }) })
  t.match(checks, { 'no token': { status: 'failed' }, upgrade: { status: 'failed', advice: /credentials of its own/ } })
})

t.test('a proxy that passes only the socket is worth a warning', async (t) => {
  const { code, warnings } = await behind(t, { answer: (path) => path.startsWith('/ws') ? undefined : { status: 404 } })
  t.same([code, warnings], [0, ['health']])
})

t.test('an answer without the subprotocol is a failure, and the other checks go on without', async (t) => {
  const { failed, checks } = await behind(t, { dropsOfAnswers: ['sec-websocket-protocol'] })
  t.same(failed, ['upgrade'])
  t.match(checks['upgrade'], { value: /no subprotocol; 101 by header$/, advice: /drops Sec-WebSocket-Protocol from the answer/ })
  t.match(checks['echo'], { status: 'ok' })
})

t.test('a subprotocol that does not arrive is told from a setting that leaves it out', async (t) => {
  const dropped = await behind(t, { dropsOfRequests: ['sec-websocket-protocol'] })
  t.match(dropped.checks['upgrade'], { status: 'failed', value: /by subprotocol; 101 by header$/ })
  const leftOut = await behind(t, {}, [], { WS_TOKEN_SOURCES: 'query,header' })
  t.match(leftOut.checks['upgrade'], { status: 'warning', advice: /WS_TOKEN_SOURCES/ })
})

t.test('a proxy that drops Authorization is worth a warning, also where a guest comes of it', async (t) => {
  const dropsOfRequests = ['authorization']
  t.match(await behind(t, { dropsOfRequests }), { code: 0, checks: { authorization: { status: 'warning', advice: /drops or replaces Authorization/ } } })
  t.match(await behind(t, { dropsOfRequests }, [], { WS_AUTH: 'optional' }), { checks: { authorization: { status: 'warning', value: /guest/ } } })
})

t.test('a proxy that holds frames back is seen by the first one', async (t) => {
  const late = await behind(t, { holdMs: 1_200 })
  t.match(late.checks['first frame'], { status: 'warning', advice: /proxy_buffering off/ })
})

t.test('where no frame comes at all the rest is skipped', async (t) => {
  const { checks, failed } = await behind(t, { down: () => Buffer.alloc(0) }, ['--timeout', '1s'])
  t.same(failed, ['first frame'])
  t.match(checks, { 'first frame': { advice: /buffers/ }, echo: { status: 'skipped', value: 'the connection is of no use' } })
})

t.test('large frames that are damaged or cut off are told', async (t) => {
  const damaged = await behind(t, { down: corrupt })
  t.match(damaged.checks['large message'], { status: 'failed', value: /arrived changed from character \d+ on/ })
  const cut = await behind(t, { down: (chunk) => chunk.length < 8_000 ? chunk : undefined })
  t.same(cut.failed, ['large message'])
  t.match(cut.checks['large message'], { value: /1006/, advice: /limits or damages large frames/ })
})

t.test('a proxy that cuts silent connections is named with its setting', async (t) => {
  const { failed, checks } = await behind(t, { idleMs: 1_000 }, ['--idle', '20s'])
  t.same(failed, ['idle'])
  t.match(checks['idle'], { value: /^ended after .* of silence: 1006/, advice: /proxy_read_timeout.*WS_PING_PERIOD/ })
})

t.test('a cut that pings did not prevent is not taken for an idle time-out', async (t) => {
  const world = new TestWorld({ WSHUB_TOKEN: await tokenFor({ sub: 'ada' }) })
  let [latest, pings] = [0, 0]
  const down = (chunk: Buffer, connection: number) => {
    latest = Math.max(latest, connection)
    const isOfSilent = world.seen.stdout.includes('origin') && connection === latest && isPing(chunk)
    return isOfSilent && ++pings > 3 ? undefined : chunk
  }
  const url = await startQuirkyProxy(t, [await startService(t, { WS_PING_PERIOD: '50ms', WS_PONG_WAIT: '20s' })], { down })
  t.equal(await runCli(['doctor', '--url', url, '--idle', '20s'], world), 1)
  t.match(world.seen.stdout, /^failed +idle .*: 1006.*; \d+ pings came before\n +Silence was not the reason/m)
})

t.test('a proxy that keeps pings to itself is worth a warning', async (t) => {
  const env = { WS_PING_PERIOD: '50ms', WS_PONG_WAIT: '20s' }
  const { checks } = await behind(t, { down: (chunk) => isPing(chunk) ? Buffer.alloc(0) : chunk }, ['--idle', '400ms'], env)
  t.match(checks['idle'], { status: 'warning', value: /, 0 protocol pings$/ })
})

t.test('a close code that does not get through is told', async (t) => {
  const { failed, checks } = await behind(t, { down: (chunk) => isClose(chunk) ? undefined : chunk })
  t.same(failed, ['close'])
  t.match(checks['close']?.value, /1003 arrives as 1006/)
})

t.test('clocks that differ are worth a warning', async (t) => {
  const nextYear = new Date().getUTCFullYear() + 1
  const down = (chunk: Buffer) => Buffer.from(chunk.toString('latin1').replace(/"timestamp":"\d{4}/g, `"timestamp":"${nextYear}`), 'latin1')
  t.match((await behind(t, { down })).checks['clock'], { status: 'warning', value: /36\d days ahead of this machine/ })
})
