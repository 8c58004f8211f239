import t from 'tap'
import { startService, tokenFor, until } from '../helper.ts'
import { cli } from '../support/cli-world.ts'
import { spawnCli } from '../support/cli-process.ts'
import { doctor, socketOf } from '../support/doctor.ts'
import { freePort } from '../support/free-port.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const now = () => Math.floor(Date.now() / 1000)

t.test('a sound service passes every check, and nothing of the visit is left', async (t) => {
  const service = await startService(t, { WS_PRESENCE_GRACE: '0s' })
  const { code, status, checks, failed, warnings } = await doctor(socketOf(service))
  t.same({ code, status, failed, warnings }, { code: 0, status: 'ok', failed: [], warnings: [] })
  const skipped = Object.values(checks).filter(({ status }) => status === 'skipped')
  t.same(skipped.map(({ check }) => check), ['across nodes', 'origin', 'idle'])
  t.match(checks['first frame']?.value, new RegExp(service.app.hub.nodeId))
  t.match(checks['round trips']?.data, { min_ms: Number, median_ms: Number, p95_ms: Number, max_ms: Number })
  t.equal(checks['large message']?.data?.['bytes'], 65_280)
  await until(() => service.app.hub.size === 0 && service.app.hub.roomCount === 0)
})

t.test('a service that speaks another dialect to those who name none is as sound', async (t) => {
  const { code, failed } = await doctor(socketOf(await startService(t, { WS_DIALECT: 'flat.v1' })))
  t.same({ code, failed }, { code: 0, failed: [] })
})

t.test('for people there is one line for each check, and a last one that counts them', async (t) => {
  const { code, stdout, stderr } = await cli(['doctor', '--url', socketOf(await startService(t)), '--token', await tokenFor({ sub: 'ada' })])
  t.equal(code, 0)
  t.equal(stderr, '')
  t.match(stdout, /^ws:\/\/127\.0\.0\.1:\d+\/ws\n\nok {7}address /)
  t.match(stdout, /^skipped {2}idle {11}not asked for: --idle 70s$/m)
  t.match(stdout, /\n\nok 18, warning 0, failed 0, skipped 3\n$/)
})

t.test('an expired token is told from one that is signed with another key', async (t) => {
  const url = socketOf(await startService(t))
  const expired = await doctor(url, { sub: 'ada', exp: now() - 7_200 })
  t.equal(expired.code, 1)
  t.same(expired.failed, ['token', 'upgrade'])
  t.match(expired.checks['upgrade'], { value: /^HTTP 401 Unauthorized: authentication required/, advice: /expired since 2 h/ })
  const [head, payload] = (await tokenFor({ sub: 'ada' })).split('.')
  const foreign = await doctor(url, `${head}.${payload}.c2lnbmF0dXJl`)
  t.same(foreign.failed, ['upgrade'])
  t.match(foreign.checks['upgrade']?.advice, /another key.*JWT_SECRET.*JWT_ISSUER/)
})

t.test('a refusal by close code is read like one by status', async (t) => {
  const url = socketOf(await startService(t, { WS_AUTH_REJECT: 'close' }))
  const { checks, failed } = await doctor(url, { sub: 'ada', exp: now() - 60 })
  t.same(failed, ['token', 'first frame'])
  t.match(checks['no token'], { status: 'ok', value: /4001/ })
  t.match(checks['first frame'], { value: /4001/, advice: /expired/ })
  t.same((await doctor(url)).failed, [])
})

t.test('without a token what can be seen from the door is seen', async (t) => {
  const { code, checks } = await doctor(socketOf(await startService(t)), null)
  t.equal(code, 0)
  t.match(checks, { 'no token': { status: 'ok' }, upgrade: { status: 'skipped', value: 'needs a token' }, echo: { status: 'skipped' } })
})

t.test('where guests are let in that is a warning, and a guest can be the visitor', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  const asGuest = await doctor(socketOf(service), null)
  t.same([asGuest.code, asGuest.warnings, asGuest.failed], [0, ['no token'], []])
  t.match(asGuest.checks['no token']?.advice, /WS_AUTH/)
  t.match(asGuest.checks['echo'], { status: 'ok' })
  t.same((await doctor(socketOf(service))).warnings, ['no token'])
})

t.test('a wrong path is told by the service itself', async (t) => {
  const { address } = await startService(t)
  const { code, checks } = await doctor(`${address.replace('http', 'ws')}/live`)
  t.equal(code, 1)
  t.match(checks['plain request'], { status: 'failed', value: /404/, advice: /WS_PATHS/ })
  t.match(checks['upgrade'], { status: 'failed', value: /404/ })
  t.match(checks['health'], { status: 'ok' })
})

t.test('a service that is going away says so', async (t) => {
  const service = await startService(t)
  service.app.admission.startDraining()
  const { code, checks, failed } = await doctor(socketOf(service))
  t.equal(code, 1)
  t.same(failed, ['health', 'no token', 'upgrade'])
  t.match(checks['health'], { value: /503.*draining/ })
  t.match(checks['upgrade'], { value: /503.*retry after 5 s/, advice: /going away/ })
})

t.test('a token that opens no room of ours is no fault', async (t) => {
  const { code, checks, failed } = await doctor(socketOf(await startService(t)), { sub: 'ada', rooms: { join: ['chat:*'] } })
  t.same([code, failed], [0, []])
  for (const name of ['echo', 'large message', 'burst', 'resume']) t.match(checks[name], { status: 'skipped', value: /the token may not subscribe/ })
  t.match(checks['close'], { status: 'ok' })
})

t.test('a limit of the user\'s connections is no fault, and is named where a check is skipped for it', async (t) => {
  for (const policy of ['reject', 'replace']) {
    const service = await startService(t, { WS_MAX_CONNECTIONS_PER_USER: '1', WS_USER_LIMIT_POLICY: policy })
    const { code, failed, checks } = await doctor(socketOf(service), { sub: 'ada' }, ['--origin', service.address])
    t.same([code, failed], [0, []], policy)
    t.match(checks['echo'], { status: 'skipped', value: /WS_MAX_CONNECTIONS_PER_USER/ })
  }
})

t.test('a limit of the address is named, with the setting that proxies need', async (t) => {
  const { code, checks } = await doctor(socketOf(await startService(t, { WS_MAX_CONNECTIONS_PER_IP: '3' })))
  t.equal(code, 1)
  t.match(checks['nodes'], { status: 'failed', value: /HTTP 429/, advice: /WS_MAX_CONNECTIONS_PER_IP.*TRUST_PROXY/ })
})

t.test('a page\'s origin is let in, or has to be added to the setting', async (t) => {
  const url = socketOf(await startService(t, { WS_ALLOWED_ORIGINS: 'https://app.example.org' }))
  const allowed = await doctor(url, { sub: 'ada' }, ['--origin', 'https://app.example.org/'])
  t.match(allowed.checks['origin'], { status: 'ok' })
  const other = await doctor(url, { sub: 'ada' }, ['--origin', 'https://other.example.org'])
  t.match(other.checks['origin'], { status: 'failed', value: /403/, advice: /Add https:\/\/other\.example\.org to WS_ALLOWED_ORIGINS/ })
})

t.test('a silent connection stays, and its pings are counted', async (t) => {
  const url = socketOf(await startService(t, { WS_PING_PERIOD: '20ms', WS_PONG_WAIT: '10s' }))
  const { checks } = await doctor(url, { sub: 'ada' }, ['--idle', '500ms'])
  t.match(checks['idle'], { status: 'ok', value: /^open after/ })
  t.ok(Number(checks['idle']?.data?.['pings']) > 0)
})

t.test('a room without history is a warning', async (t) => {
  const { code, checks } = await doctor(socketOf(await startService(t, { WS_HISTORY_SIZE: '0' })))
  t.equal(code, 0)
  t.match(checks['resume'], { status: 'warning', value: /^not recovered/, advice: /WS_HISTORY_SIZE/ })
})

t.test('where nobody listens, or a name leads nowhere, one line says so and the rest is skipped', async (t) => {
  const closed = await doctor(`ws://127.0.0.1:${await freePort()}/ws`)
  t.same(closed.failed, ['connect'])
  t.match(closed.checks['connect'], { value: /ECONNREFUSED/, advice: /Nothing listens/ })
  const nowhere = await doctor('ws://nowhere.invalid/ws')
  t.same(nowhere.failed, ['address'])
  t.match(nowhere.checks['upgrade'], { status: 'skipped', value: 'the service cannot be reached' })
})

t.test('a service that does not answer holds nothing up', async (t) => {
  const proxy = await startProxy(t, Number(new URL((await startService(t)).address).port))
  proxy.swallow('down')
  const { code, failed, checks } = await doctor(`ws://127.0.0.1:${proxy.port}/ws`, { sub: 'ada' }, ['--timeout', '250ms'])
  t.equal(code, 1)
  t.same(failed, ['health', 'plain request', 'no token', 'upgrade'])
  t.match(checks['upgrade']?.advice, /not answered/)
})

t.test('a stop signal ends it in the middle, with its connections', async (t) => {
  const service = await startService(t)
  const process = spawnCli(t, ['doctor', '--url', socketOf(service), '--idle', '10m'], { WSHUB_TOKEN: await tokenFor({ sub: 'ada' }) })
  await process.seen(/origin/)
  await until(() => service.app.hub.size > 0)
  process.kill('SIGINT')
  t.same(await process.ended, { code: 1, signal: null })
  t.equal(process.stderr, 'wshub: stopped before the end\n')
  await until(() => service.app.hub.size === 0)
})

t.test('a token is never shown, wherever it was given', async (t) => {
  const url = socketOf(await startService(t))
  const token = await tokenFor({ sub: 'ada' })
  const results = await Promise.all([
    cli(['doctor', '--url', url, '--token', token]),
    cli(['doctor', '--url', `${url}?token=${token}`]),
    cli(['doctor', '--url', `${url}/nowhere?token=${token}`, '--json']),
    cli(['doctor', '--url', url, token])
  ])
  t.same(results.map(({ code }) => code), [0, 0, 1, 2])
  for (const { stdout, stderr } of results) t.notOk(`${stdout}${stderr}`.includes(token.slice(0, 20)))
})

t.test('what is no such flag or value is refused by its name', async (t) => {
  for (const [flag, value] of [['url', 'nonsense'], ['token', 'two words'], ['timeout', '5'], ['timeout', '2m'], ['idle', 'long'], ['origin', 'example.org']] as const) {
    t.match(await cli(['doctor', `--${flag}`, value]), { code: 2, stdout: '', stderr: new RegExp(`^wshub: --${flag}: `) })
  }
})
