import t, { type Test } from 'tap'
import { startFaultyHub } from '../bench/faulty-hub.ts'
import { SECRET, startService, tokenFor, until, type TestService } from '../helper.ts'
import { spawnCli } from '../support/cli-process.ts'
import { cli, type CliResult } from '../support/cli-world.ts'

const UNLIMITED = { WS_MESSAGE_RATE: '0', WS_HANDSHAKE_RATE: '0' }
const urlOf = ({ address }: Pick<TestService, 'address'>) => `${address.replace('http', 'ws')}/ws`

/** Loads a service with 20 connections for a moment. */
async function bench (url: string, flags: readonly string[] = [], env: Record<string, string> = { JWT_SECRET: SECRET }): Promise<CliResult> {
  return await cli(['bench', '--url', url, '--connections', '20', '--seconds', '0.2', ...flags], env)
}

t.test('a load on a service that copes is reported, with exit code 0 and progress apart from the report', async (t) => {
  const url = urlOf(await startService(t))
  const { code, stdout, stderr } = await bench(url, ['--rooms', '4', '--pid', String(process.pid)])
  t.equal(code, 0)
  t.match(stdout, /^connections {7}20 in 4 rooms\nhandshakes .*\ndeliveries .*\nlatency .*\nlost {14}0 of [1-9]\d* copies\n/)
  t.match(stdout, /^CPU of the server [^]*^memory /m)
  t.match(stderr, /^(?:wshub: [a-z ]+: \d\S* of \d\S*(?: s)?\n)+$/)
})

t.test('a service with default settings takes the default load', async (t) => {
  const url = urlOf(await startService(t))
  t.match(await cli(['bench', '--url', url, '--seconds', '0.1'], { JWT_SECRET: SECRET }), { code: 0, stdout: /^connections {7}100 in 1 room$/m })
})

t.test('a window of messages goes as fast as the service', async (t) => {
  t.match(await bench(urlOf(await startService(t, UNLIMITED)), ['--window', '4', '--publishers', '3']), { code: 0, stdout: /^lost {14}0 of /m })
})

t.test('one token makes all connections one user, a secret makes each a user of its own', async (t) => {
  const service = await startService(t)
  const token = await tokenFor({ sub: 'ada' })
  const wrong = { JWT_SECRET: `${SECRET} of another service` }
  const results = await Promise.all([
    bench(urlOf(service), ['--token', token], {}),
    bench(urlOf(service), [], { ...wrong, WSHUB_TOKEN: token }),
    bench(urlOf(service), ['--secret', SECRET], wrong)
  ])
  t.same(results.map(({ code }) => code), [0, 0, 0])
  const users = new Set(service.logs.filter(({ msg }) => msg === 'client connected').map(({ user_id: user }) => user))
  t.equal(users.size, 1 + 20)
})

t.test('tokens are signed as the settings of the service want them', async (t) => {
  const rules = { JWT_ISSUER: 'me', JWT_AUDIENCE: 'hub', JWT_USER_CLAIM: 'uid' }
  const url = urlOf(await startService(t, rules))
  const file = `${t.testdir({ 'hub.json': JSON.stringify({ jwt_secret: SECRET }) })}/hub.json`
  t.match(await bench(url, ['--config', file], { NODE_ENV: 'production', ...rules }), { code: 0 })
  t.match(await bench(url), { code: 1, stderr: /a handshake was refused with HTTP 401: authentication required; .*JWT_ISSUER/ })
})

t.test('a hub that doubles messages is reported in full, with exit code 1', async (t) => {
  const { code, stdout, stderr } = await bench(await startFaultyHub(t, (message) => message === 1 ? 2 : 1))
  t.equal(code, 1)
  t.match(stdout, /^lost {14}0 of \d+ copies\ntwice or late {5}19 copies /m)
  t.match(stderr, /^wshub: 19 copies came twice or out of order\n$/m)
})

t.test('a load that a limit of the service refuses names the setting, with exit code 1 and no report', async (t) => {
  const token = await tokenFor({ sub: 'ada' })
  await refused(t, { WS_HANDSHAKE_RATE: '5' }, /HTTP 429: too many requests; WS_HANDSHAKE_RATE /)
  await refused(t, { WS_MAX_CONNECTIONS: '5' }, /HTTP 503: server is at maximum capacity; WS_MAX_CONNECTIONS /)
  await refused(t, { WS_MAX_CONNECTIONS_PER_IP: '5' }, /HTTP 429: too many connections from this address; WS_MAX_CONNECTIONS_PER_IP /)
  await refused(t, { WS_MAX_CONNECTIONS_PER_ROOM: '5' }, /a request was refused with ROOM_FULL; WS_MAX_CONNECTIONS_PER_ROOM /)
  const perUser = { WS_MAX_CONNECTIONS_PER_USER: '5' }
  await refused(t, perUser, /closed with 4009: replaced by a newer session; WS_MAX_CONNECTIONS_PER_USER .*--secret/, ['--token', token])
  await refused(t, { ...perUser, WS_USER_LIMIT_POLICY: 'reject' }, /HTTP 429: too many connections of this user; WS_MAX_CONNECTIONS_PER_USER /, ['--token', token])
})

t.test('messages beyond the rate of a connection are counted while it stays, and end the run when it does not', async (t) => {
  const url = urlOf(await startService(t, { WS_MESSAGE_RATE: '1', WS_MESSAGE_BURST: '2' }))
  const few = await bench(url, ['--publishers', '1', '--rate', '20'])
  t.match(few, { code: 1, stdout: /^refused +\d+ × RATE_LIMIT/m, stderr: /^wshub: \d+ requests were refused with RATE_LIMIT; WS_MESSAGE_RATE of the service limits/m })
  t.match(await bench(url, ['--window', '16', '--publishers', '1', '--seconds', '5']), { code: 1, stdout: '', stderr: /closed with 4029: rate limit; WS_MESSAGE_RATE of the service limits/ })
})

t.test('where nobody listens the line says so', async (t) => {
  const service = await startService(t)
  await service.app.close()
  t.match(await bench(urlOf(service)), { code: 1, stdout: '', stderr: new RegExp(`^wshub: cannot load ${urlOf(service)}: connect ECONNREFUSED`, 'm') })
})

t.test('neither token nor secret is ever shown', async (t) => {
  const url = urlOf(await startService(t))
  const token = await tokenFor({ sub: 'ada' })
  const results = await Promise.all([
    bench(`${url}/nowhere?token=${token}`, ['--token', token]),
    bench(url, ['--secret', `${SECRET}, or not`]),
    bench(url, ['--token', token, '--secret', SECRET]),
    bench(url, [token]),
    bench(url, ['--secret', SECRET.slice(0, 20)])
  ])
  t.same(results.map(({ code }) => code), [1, 1, 2, 2, 2])
  for (const { stdout, stderr } of results) t.notMatch(`${stdout}${stderr}`, new RegExp(`${token.slice(0, 20)}|${SECRET.slice(0, 20)}`))
})

t.test('Ctrl-C ends a load in order, with all connections closed', async (t) => {
  const service = await startService(t)
  const load = spawnCli(t, ['bench', '--url', urlOf(service), '--connections', '20', '--seconds', '600'], { JWT_SECRET: SECRET })
  await load.seen(/measuring/, 'stderr')
  load.kill('SIGINT')
  t.same(await load.ended, { code: 1, signal: null })
  t.match(load.stderr, /^wshub: stopped before the end, there is nothing to report\n$/m)
  t.equal(load.stdout, '')
  const ends = () => service.logs.filter(({ msg }) => msg === 'client disconnected')
  await until(() => ends().length === 20)
  t.same(new Set(ends().map(({ code }) => code)), new Set([1000]))
})

t.test('the help names all limits that a load may meet', async (t) => {
  const { stdout } = await cli(['bench', '--help'])
  for (const name of ['WS_HANDSHAKE_RATE', 'WS_MESSAGE_RATE', 'WS_MAX_CONNECTIONS_PER_USER', 'WS_MAX_CONNECTIONS_PER_IP', 'WS_MAX_CONNECTIONS_PER_ROOM']) {
    t.match(stdout, new RegExp(`^ {2}${name} `, 'm'))
  }
})

/** Loads a service with these settings in vain. */
async function refused (t: Test, settings: Record<string, string>, expected: RegExp, flags: readonly string[] = ['--secret', SECRET]): Promise<void> {
  const url = urlOf(await startService(t, settings))
  const { code, stdout, stderr } = await bench(url, flags, {})
  t.same({ code, stdout }, { code: 1, stdout: '' })
  t.match(stderr, expected)
}
