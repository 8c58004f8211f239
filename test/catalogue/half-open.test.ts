import { readdir } from 'node:fs/promises'
import t from 'tap'
import { signToken } from '../../bench/load/token.ts'
import { monotonicMs } from '../../src/clock.ts'
import { ChurnPeer } from '../churn/churn-peer.ts'
import { resetAt, resetSteps, type ResetStep } from '../churn/reset-steps.ts'
import type { TestClient } from '../client.ts'
import { Random } from '../faults/random.ts'
import { memberOf, SECRET, startService, until, type Teardown } from '../helper.ts'
import { startBystander } from '../support/bystander.ts'
import { startRedis } from '../support/redis-server.ts'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const PING_MS = 600
/** Two heartbeats and 5 s, as promised. */
const LIMIT_MS = 2 * PING_MS + 5_000
const ROUNDS = 330
const AT_A_TIME = 20
const UNKNOWN_TICKET = `?ticket=${'A'.repeat(43)}`

const redis = await startRedis(t)
const service = await startService(t, {
  REDIS_URL: redis.url,
  WS_PING_PERIOD: `${PING_MS}ms`,
  WS_PONG_WAIT: `${2 * PING_MS}ms`,
  WS_PRESENCE_GRACE: '0ms',
  WS_HANDSHAKE_RATE: '0',
  WS_MESSAGE_RATE: '0'
})
await until(() => service.app.relay.status().ready)

/** Somebody in a room whom only a proxy connects with the service, and somebody who notices. */
async function startBehindProxy (t: Teardown, room: string): Promise<{ witness: TestClient, proxy: TcpProxy, client: TestClient }> {
  const proxy = await startProxy(t, Number(new URL(service.address).port))
  const witness = await memberOf(t, service, `witness of ${room}`, room)
  const client = await memberOf(t, { address: `http://127.0.0.1:${proxy.port}` }, `user of ${room}`, room)
  await witness.next('user_joined')
  return { witness, proxy, client }
}

/** Resolves with the time until a room is told that somebody has gone. */
async function timeUntilGone (witness: TestClient): Promise<number> {
  const start = monotonicMs()
  await witness.next('user_left')
  return monotonicMs() - start
}

/** Each a broken network, and whether messages are sent into it meanwhile. */
const breaks: ReadonlyArray<readonly [name: string, breakIt: (proxy: TcpProxy) => void, isReceiving: boolean]> = [
  ['d14: an idle peer that vanished without a word is let go', (proxy) => { proxy.hold('both') }, false],
  ['d14: a peer that vanished while it was receiving is let go', (proxy) => { proxy.hold('both') }, true],
  ['d15: a peer of whom nothing arrives any more is let go', (proxy) => { proxy.swallow('up') }, true],
  ['d15: a peer whom nothing reaches any more is let go', (proxy) => { proxy.swallow('down') }, false]
]

t.test('d14, d15: half-open peers', async (t) => {
  t.jobs = breaks.length
  const bystander = await startBystander(t, service)
  await Promise.all(breaks.map(async ([name, breakIt, isReceiving], index) => {
    await t.test(name, { buffered: true }, async (t) => {
      const room = `half-open-${index}`
      const { witness, proxy, client } = await startBehindProxy(t, room)
      breakIt(proxy)
      const talk = setInterval(() => { if (isReceiving) witness.send({ type: 'publish', room, payload: 'x'.repeat(1_000) }) }, 20)
      t.teardown(() => clearInterval(talk))
      const tookMs = await timeUntilGone(witness)
      t.ok(tookMs <= LIMIT_MS, `gone after ${tookMs.toFixed(0)} ms`)
      t.equal(service.app.hub.ofUser(`user of ${room}`).length, 0, 'nothing of it is left')
      proxy.cut()
      t.equal((await client.closed).code, 1006)
    })
  }))
  await bystander.check(t)
})

function arrive (step: ResetStep): ChurnPeer {
  const address = `${service.address}/ws`
  const localAddress = '127.0.0.1'
  if (step === 'in hook') return new ChurnPeer({ url: new URL(`${address}${UNKNOWN_TICKET}`), localAddress })
  return new ChurnPeer({ url: new URL(address), localAddress, token: signToken(SECRET, 'reset') })
}

async function descriptors (): Promise<number> {
  return (await readdir('/proc/self/fd')).length
}

t.test('d16: reset at each step, hundreds of times: nothing leaks, nobody else notices', async (t) => {
  const bystander = await startBystander(t, service)
  const random = new Random(16)
  const steps = Array.from({ length: ROUNDS }, (_, index) => resetSteps[index % resetSteps.length] ?? 'syn')
  const before = await descriptors()
  const clients = service.app.hub.size
  while (steps.length > 0) await Promise.all(steps.splice(0, AT_A_TIME).map((step) => resetAt(arrive(step), step, random)))
  await until(async () => service.app.hub.size === clients && await descriptors() <= before)
  t.equal(service.app.hub.roomCount, 0)
  await bystander.check(t)
  t.notOk(service.logs.some(({ level }) => level >= 60), 'nothing fatal was logged')
})
