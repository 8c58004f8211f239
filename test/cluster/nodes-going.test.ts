import { once } from 'node:events'
import { SignJWT } from 'jose'
import t from 'tap'
import { startInstances, type ClusterInstance } from '../../examples/cluster/instance.ts'
import { connect, type TestClient } from '../client.ts'
import { SECRET, until, type Teardown } from '../helper.ts'
import { startRedis } from '../support/redis-server.ts'

/** The lease, the grace, and a margin for slow machines: the contract has 15 s plus the grace. */
const GONE_MS = 15_000 + 1_000 + 5_000
const GRACE = '1s'

t.setTimeout(58_000)

/** Services in processes of their own, on one Redis; what is left of them ends with the test. */
async function startProcesses (t: Teardown, count: number): Promise<readonly ClusterInstance[]> {
  const redis = await startRedis(t)
  const { all } = await startInstances(count, {
    REDIS_URL: redis.url, JWT_SECRET: SECRET, WS_HANDSHAKE_RATE: '0', WS_REST_RATE: '0', WS_PRESENCE_GRACE: GRACE, WS_PRESENCE_MAX: '5000', LOG_LEVEL: 'warn'
  })
  t.teardown(async () => {
    await Promise.all(all.map(async ({ process }) => {
      if (process.exitCode !== null || process.signalCode !== null) return
      process.kill('SIGCONT')
      process.kill('SIGKILL')
      await once(process, 'exit')
    }))
  })
  for (const { address } of all) await until(async () => (await fetch(`${address}/health/ready`)).ok)
  return all
}

async function member (t: Teardown, { address }: ClusterInstance, user: string): Promise<TestClient> {
  const token = await new SignJWT({ sub: user, exp: Math.floor(Date.now() / 1000) + 3_600 }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET))
  const client = connect(t, address, { token })
  await client.next('connected')
  await client.request({ type: 'join_room', room: 'hall' })
  return client
}

/** How often each user has been told to have left. */
function departures (client: TestClient): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { type, payload } of client.inbox) {
    if (type === 'user_left') counts.set(String(payload['id']), (counts.get(String(payload['id'])) ?? 0) + 1)
  }
  return counts
}

t.test('a node is killed with 1,000 members: the others tell each departure once, in time', async (t) => {
  const [doomed, second, third] = await startProcesses(t, 3)
  if (doomed === undefined || second === undefined || third === undefined) throw new Error('expected three nodes')
  const witnesses = [await member(t, second, 'bob'), await member(t, third, 'carl')]
  const names = Array.from({ length: 1_000 }, (_, index) => `u${index}`)
  for (let from = 0; from < names.length; from += 100) await Promise.all(names.slice(from, from + 100).map((name) => member(t, doomed, name)))
  // Some have another device on a node that stays.
  await Promise.all(names.slice(0, 10).map((name) => member(t, second, name)))
  const killedAt = performance.now()
  doomed.process.kill('SIGKILL')
  for (const witness of witnesses) await until(() => departures(witness).size === 990, 50)
  t.ok(performance.now() - killedAt < GONE_MS)
  for (const witness of witnesses) {
    t.match((await witness.request({ type: 'online_users', room: 'hall' })).payload, { count: 12 })
    t.ok([...departures(witness).values()].every((count) => count === 1), 'once each')
  }
})

t.test('a node stands still and comes back: its members leave, come again, and talk on', async (t) => {
  const [frozen, awake] = await startProcesses(t, 2)
  if (frozen === undefined || awake === undefined) throw new Error('expected two nodes')
  const witness = await member(t, awake, 'bob')
  const sleepers = await Promise.all(['u1', 'u2', 'u3'].map((name) => member(t, frozen, name)))
  frozen.process.kill('SIGSTOP')
  await until(() => departures(witness).size === 3, 50)
  frozen.process.kill('SIGCONT')
  await until(() => witness.inbox.filter(({ type }) => type === 'user_joined').length === 6, 50)
  t.match((await witness.request({ type: 'online_users', room: 'hall' })).payload, { count: 4 })
  for (const [index, sleeper] of sleepers.entries()) {
    const id = `m${index}`
    sleeper.send({ type: 'send_message', room: 'hall', id, payload: { content: 'here again' } })
    await until(() => witness.inbox.some((frame) => frame.type === 'new_message' && frame.id === id))
  }
})

t.test('f11: a node that is told to stop takes leave in order', async (t) => {
  const [leaving, staying] = await startProcesses(t, 2)
  if (leaving === undefined || staying === undefined) throw new Error('expected two nodes')
  const witness = await member(t, staying, 'bob')
  const guest = await member(t, leaving, 'ada')
  const stoppedAt = performance.now()
  leaving.process.kill('SIGTERM')
  t.match(await guest.next('draining'), { payload: { retry_after_ms: Number } })
  t.equal((await guest.closed).code, 1012)
  await until(() => departures(witness).size === 1)
  t.ok(performance.now() - stoppedAt < 10_000, 'hint, grace and 2 s, with a margin')
})
