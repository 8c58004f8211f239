import t from 'tap'
import { monotonicMs } from '../../src/clock.ts'
import { connect, refusedHandshake, type TestClient } from '../client.ts'
import { getJson, SECRET, tokenFor, until, type Teardown } from '../helper.ts'
import { spawnCli, startCli, type CliProcess } from '../support/cli-process.ts'
import { freePort } from '../support/free-port.ts'
import { connectHttp, handshake } from '../support/http-peer.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'

const env = { JWT_SECRET: SECRET, WS_HANDSHAKE_RATE: '0', WS_MESSAGE_RATE: '0' }
/** What the contract allows beyond the drain, and as much again for a busy machine, ms. */
const MARGIN_MS = 10_000

async function connectMany (t: Teardown, address: string, count: number): Promise<TestClient[]> {
  const token = await tokenFor({ sub: 'many' })
  const clients = Array.from({ length: count }, () => connect(t, address, { token }))
  for (const client of clients) await client.next('connected')
  return clients
}

/** Tells a service to end; resolves with its exit code and how long it took, ms. */
async function stop (service: CliProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null, tookMs: number }> {
  const start = monotonicMs()
  service.kill(signal)
  const { code } = await service.ended
  return { code, tookMs: monotonicMs() - start }
}

t.test('f1, f7: SIGTERM with hundreds of clients: not ready, handshakes refused, hints spread, 1012 for all, exit code 0 in time', async (t) => {
  const { service, address } = await startCli(t, { ...env, WS_DRAIN_TIMEOUT: '30s' })
  const token = await tokenFor({ sub: 'late' })
  const clients = await connectMany(t, address, 300)
  // Somebody who never answers keeps it from being done before it was asked.
  const mute = await connectRaw(t, address, { token })
  const stopped = stop(service)
  const hints = await Promise.all(clients.map(async (client) => Number((await client.next('draining')).payload['retry_after_ms'])))
  t.match(await getJson({ address }, '/health/ready'), { status: 503, body: { reason: 'draining' } })
  t.match(await refusedHandshake(t, address, { token }), { status: 503, headers: { 'retry-after': /^\d+$/ } })
  const ends = await Promise.all(clients.map(async ({ closed }) => await closed))
  t.ok(ends.every(({ code }) => code === 1012), 'nobody took it for a crash')
  const tenths = Array.from({ length: 10 }, (_, tenth) => hints.filter((hint) => Math.min(9, Math.floor(hint / 100)) === tenth).length)
  t.ok(Math.max(...tenths) <= 2 * hints.length / tenths.length, `they are asked to come back at most twice as fast as on average: ${tenths.join()}`)
  mute.socket.destroy()
  const { code, tookMs } = await stopped
  t.equal(code, 0)
  t.ok(tookMs < 30_000, `nobody was left, so it ended: after ${tookMs.toFixed(0)} ms`)
})

t.test('f1: SIGTERM to a service with nobody on it ends it without waiting for anything', async (t) => {
  const { service } = await startCli(t, { ...env, WS_DRAIN_TIMEOUT: '10m' })
  t.match(await stop(service), { code: 0 })
})

t.test('f2: SIGTERM with clients that ignore it, vanished, do not read, or leak: exit code 0 in time', async (t) => {
  const { service, address } = await startCli(t, { ...env, WS_DRAIN_TIMEOUT: '1s' })
  const token = await tokenFor({ sub: 'bad' })
  const proxy = await startProxy(t, Number(new URL(address).port))
  await connectRaw(t, address, { token })
  await connectRaw(t, `http://127.0.0.1:${proxy.port}`, { token })
  proxy.hold('both')
  const stalled = await connectRaw(t, address, { token })
  stalled.send({ type: 'subscribe', room: 'loud' })
  await stalled.message('subscribed')
  stalled.socket.pause()
  const [loud] = await connectMany(t, address, 1)
  await loud?.request({ type: 'join_room', room: 'loud' })
  for (let index = 0; index < 100; index += 1) loud?.send({ type: 'publish', room: 'loud', payload: 'x'.repeat(50_000) })
  const upgrade = handshake({ path: `/ws?token=${token}` })
  for (let index = 0; index < 20; index += 1) (await connectHttp(t, address)).write(`GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n${upgrade}`)
  ;(await connectHttp(t, address)).write('GET /health HTTP/1.1\r\nhost: loc')
  ;(await connectHttp(t, address)).write('POST /ws/ticket HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{')
  await loud?.request({ type: 'ping' })
  const { code, tookMs } = await stop(service)
  t.equal(code, 0)
  t.ok(tookMs < 1_000 + MARGIN_MS, `ended after ${tookMs.toFixed(0)} ms`)
})

t.test('f3: a service without its Redis, absent or frozen, ends at the signal all the same', async (t) => {
  const redis = await startRedis(t)
  const [absent, frozen] = await Promise.all([`redis://127.0.0.1:${await freePort()}`, redis.url].map((url) => startCli(t, { ...env, REDIS_URL: url })))
  if (absent === undefined || frozen === undefined) throw new Error('expected two services')
  await until(async () => (await getJson(frozen, '/health/ready')).status === 200)
  t.equal((await getJson(absent, '/health/ready')).status, 503)
  redis.freeze()
  for (const { code, tookMs } of await Promise.all([stop(absent.service), stop(frozen.service, 'SIGINT')])) {
    t.equal(code, 0)
    t.ok(tookMs < MARGIN_MS, `ended after ${tookMs.toFixed(0)} ms`)
  }
})

/** A script that runs before the program, and does something in it at SIGWINCH. */
function injected (statement: string): string[] {
  const script = `process.on('SIGWINCH', () => { setImmediate(() => { ${statement} }) })`
  return ['--import', `data:text/javascript,${encodeURIComponent(script)}`]
}

/** Each what is injected, and whether somebody is there who holds up the drain. */
const faults: ReadonlyArray<readonly [name: string, statement: string, isWithMute: boolean]> = [
  ['an uncaught exception', 'throw new Error("injected")', true],
  ['a rejection that nobody handles', 'Promise.reject(new Error("injected"))', false],
  ['a rejection without any reason', 'Promise.reject()', false]
]

for (const [name, statement, isWithMute] of faults) {
  t.test(`f8: ${name} is logged, clients are told to come back within 5 s, and the exit code is not 0`, async (t) => {
    const service = spawnCli(t, ['start'], { ...env, WS_DRAIN_TIMEOUT: '20s' }, injected(statement))
    const address = await service.seen(/^listening on (http:\S+)$/m)
    const [client] = await connectMany(t, address, 1)
    // The drain alone would take longer for somebody who never answers.
    if (isWithMute) await connectRaw(t, address, { token: await tokenFor({ sub: 'mute' }) })
    const stopped = stop(service, 'SIGWINCH')
    t.ok(await client?.next('draining'))
    t.equal((await client?.closed)?.code, 1012)
    const { code, tookMs } = await stopped
    t.equal(code, 1)
    t.ok(tookMs < 5_000 + MARGIN_MS, `ended after ${tookMs.toFixed(0)} ms`)
    t.match(service.stdout, /^{"level":60,.*"msg":"uncaught exception"}$/m)
  })
}

t.test('f9: a start with bad settings ends with an exit code that is not 0, and tells no secret', async (t) => {
  const canary = 'canary-0815'
  const bad = {
    JWT_SECRET: canary,
    JWT_PUBLIC_KEY: `-----BEGIN PUBLIC KEY-----\n${canary}`,
    REDIS_URL: `http://user:${canary}@127.0.0.1`,
    NATS_URL: `nats//user:${canary}@127.0.0.1`,
    METRICS_TOKEN: `${canary} with blanks`,
    WEBHOOK_SECRET: canary,
    WS_PING_PERIOD: 'soon'
  }
  const service = spawnCli(t, ['start'], bad)
  t.same(await service.ended, { code: 2, signal: null })
  for (const name of ['JWT_SECRET', 'REDIS_URL', 'NATS_URL', 'WEBHOOK_SECRET', 'WS_PING_PERIOD']) t.match(service.stderr, new RegExp(`^ {2}${name}: `, 'm'))
  t.notOk(`${service.stdout}${service.stderr}`.includes(canary))
})
