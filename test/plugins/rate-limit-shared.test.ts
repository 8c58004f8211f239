import t from 'tap'
import { refusedHandshake } from '../client.ts'
import { getJson, startService, tokenFor, until, type Teardown, type TestService } from '../helper.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'

/** Generous for an answer that the contract wants within a second. */
const SOON_MS = 2_000

/** Two services that share a Redis, both ready. Callers are told apart by the address that a proxy names. */
async function startTwo (t: Teardown, redis: RedisServer, env: Record<string, string>): Promise<[TestService, TestService]> {
  const start = async () => await startService(t, { REDIS_URL: redis.url, TRUST_PROXY: '127.0.0.1', ...env })
  const services: [TestService, TestService] = [await start(), await start()]
  for (const service of services) await untilReady(service)
  return services
}

async function untilReady (service: TestService): Promise<void> {
  await until(async () => (await getJson(service, '/health/ready')).status === 200)
}

/** The status that a REST request is answered with, and after how many seconds to come back. */
async function rest (service: TestService, caller: { readonly address: string, readonly token?: string }): Promise<{ status: number, retryAfter: number }> {
  const headers = { 'x-forwarded-for': caller.address, ...(caller.token !== undefined && { authorization: `Bearer ${caller.token}` }) }
  const { status, headers: answered } = await getJson(service, '/ws/online', { headers })
  return { status, retryAfter: Number(answered.get('retry-after')) }
}

/** The status of a handshake without a token: 401, unless the limit comes first. */
async function handshake (t: Teardown, service: TestService, address: string): Promise<number> {
  return (await refusedHandshake(t, service.address, { headers: { 'x-forwarded-for': address } })).status
}

t.test('REST requests are counted over all nodes, by address and by user', async (t) => {
  const [first, second] = await startTwo(t, await startRedis(t), { WS_REST_RATE: '3' })
  const ada = await tokenFor({ sub: 'ada' })
  for (const caller of [{ address: '1.1.1.1' }, { address: '2.2.2.2', token: ada }]) {
    const answers = [await rest(first, caller), await rest(second, caller), await rest(second, caller), await rest(first, caller), await rest(second, caller)]
    t.same(answers.map(({ status }) => status), [200, 200, 200, 429, 429])
    for (const { retryAfter } of answers.slice(3)) t.ok(retryAfter > 0 && retryAfter <= 60, `${retryAfter} s`)
  }
  t.equal((await rest(second, { address: '3.3.3.3' })).status, 200, 'another address has its own')
  t.equal((await rest(second, { address: '3.3.3.3', token: ada })).status, 429, 'a user has one budget, wherever it comes from')
})

t.test('handshakes are counted over all nodes', async (t) => {
  const [first, second] = await startTwo(t, await startRedis(t), { WS_HANDSHAKE_RATE: '3' })
  const statuses = []
  for (const service of [first, second, first, second, first]) statuses.push(await handshake(t, service, '1.1.1.1'))
  t.same(statuses, [401, 401, 401, 429, 429])
  t.equal(await handshake(t, second, '2.2.2.2'), 401)
  t.equal((await rest(second, { address: '1.1.1.1' })).status, 200, 'REST has its own')
})

t.test('requests at the same time on both nodes are counted as often as they are', async (t) => {
  const services = await startTwo(t, await startRedis(t), { WS_REST_RATE: '10' })
  const answers = await Promise.all(Array.from({ length: 15 }, () => services.map((service) => rest(service, { address: '1.1.1.1' }))).flat())
  t.equal(answers.filter(({ status }) => status === 200).length, 10)
  t.equal(answers.filter(({ status }) => status === 429).length, 20)
})

t.test('M16: while Redis is frozen every request is answered soon, and each node keeps to the limit by itself', async (t) => {
  const redis = await startRedis(t)
  const services = await startTwo(t, redis, { WS_REST_RATE: '5', WS_HANDSHAKE_RATE: '5' })
  for (const service of services) {
    t.equal((await rest(service, { address: '1.1.1.1' })).status, 200)
    t.equal(await handshake(t, service, '1.1.1.1'), 401)
  }
  redis.freeze()
  for (const service of services) {
    const timed = async <T>(request: () => Promise<T>): Promise<T> => {
      const from = performance.now()
      const answer = await request()
      t.ok(performance.now() - from < SOON_MS, `answered in ${Math.round(performance.now() - from)} ms`)
      return answer
    }
    const statuses = []
    for (let request = 0; request < 6; request += 1) statuses.push((await timed(() => rest(service, { address: '1.1.1.1' }))).status)
    t.same(statuses.map((status) => status === 429), [false, false, false, false, true, true], 'with the one before')
    const handshakes = await Promise.all(Array.from({ length: 6 }, () => timed(() => handshake(t, service, '1.1.1.1'))))
    t.equal(handshakes.filter((status) => status === 429).length, 2)
  }
  redis.thaw()
  for (const service of services) await untilReady(service)
  const answers = []
  for (const service of [...services, ...services, ...services]) answers.push((await rest(service, { address: '2.2.2.2' })).status)
  t.same(answers, [200, 200, 200, 200, 200, 429], 'counted together again')
})

t.test('a Redis that was never there: requests are answered, and the limit is that of the node', async (t) => {
  const redis = await startRedis(t)
  await redis.stop()
  const service = await startService(t, { REDIS_URL: redis.url, WS_REST_RATE: '2', TRUST_PROXY: '127.0.0.1' })
  const statuses = []
  for (let request = 0; request < 3; request += 1) statuses.push((await rest(service, { address: '1.1.1.1' })).status)
  t.same(statuses, [200, 200, 429])
})

t.test('neither tokens nor anything but names and addresses get into Redis', async (t) => {
  const redis = await startRedis(t)
  const [service] = await startTwo(t, redis, {})
  const token = await tokenFor({ sub: 'ada' })
  await rest(service, { address: '1.1.1.1', token })
  await rest(service, { address: '1.1.1.1', token: 'made-up-canary' })
  const counters = (await redis.command('KEYS', '*') as string[]).filter((key) => key.includes(':r:'))
  t.same(counters.map((key) => key.slice(key.indexOf(':r:'))).sort(), [':r:rest:1.1.1.1', ':r:rest:user:ada'])
  for (const key of counters) t.ok(Number(await redis.command('PTTL', key)) > 0, 'and leave it again')
})
