import t from 'tap'
import { getJson, startService, tokenFor, type TestService } from '../helper.ts'

const tooMany = { status: 429, body: { error: 'too many requests', code: 'RATE_LIMIT' } }

/** The answer of a REST route to a token, from an address. */
async function online (service: TestService, token?: string, forwardedFor?: string) {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor })
  }
  const { status, headers: answered, body } = await getJson(service, '/ws/online', { headers })
  return { status, body, retryAfter: answered.get('retry-after') }
}

t.test('REST requests of an address are limited, with a hint when to come back', async (t) => {
  const service = await startService(t, { WS_REST_RATE: '2' })
  t.equal((await online(service)).status, 200)
  t.equal((await online(service)).status, 200)
  const refused = await online(service)
  t.match(refused, tooMany)
  t.ok(Number(refused.retryAfter) > 0)
})

t.test('The REST routes share one budget', async (t) => {
  const service = await startService(t, { WS_REST_RATE: '2' })
  t.equal((await getJson(service, '/ws/online')).status, 200)
  t.equal((await getJson(service, '/ws/stats')).status, 401)
  t.match(await getJson(service, '/ws/broadcast', { method: 'POST' }), tooMany)
})

t.test('Each valid token has a budget of its own', async (t) => {
  const service = await startService(t, { WS_REST_RATE: '1' })
  const [ada, bob] = [await tokenFor({ sub: 'ada' }), await tokenFor({ sub: 'bob' })]
  t.equal((await online(service)).status, 200)
  t.equal((await online(service, ada)).status, 200)
  t.equal((await online(service, bob)).status, 200)
  for (const token of [undefined, ada, bob]) t.match(await online(service, token), tooMany)
})

t.test('Tokens that are made up count as their address', async (t) => {
  const service = await startService(t, { WS_REST_RATE: '2' })
  await online(service, 'made-up-1')
  await online(service, 'made-up-2')
  t.match(await online(service, 'made-up-3'), tooMany)
  t.equal((await online(service, await tokenFor({ sub: 'ada' }))).status, 200, 'a valid one does not')
})

t.test('A rate of 0 switches the limit off', async (t) => {
  const service = await startService(t, { WS_REST_RATE: '0' })
  for (let request = 0; request < 5; request++) t.equal((await online(service)).status, 200)
})

t.test('Probes and the handshake do not use up the budget of REST', async (t) => {
  const service = await startService(t, { WS_REST_RATE: '1' })
  for (const path of ['/health', '/health', '/health/ready', '/ws']) await getJson(service, path)
  t.equal((await online(service)).status, 200)
})

t.test('Behind a trusted proxy each address has a budget of its own, an IPv6 network one', async (t) => {
  const service = await startService(t, { WS_REST_RATE: '1', TRUST_PROXY: '127.0.0.1' })
  const status = async (address: string) => (await online(service, undefined, address)).status
  t.equal(await status('2001:db8::1'), 200)
  t.equal(await status('2001:db8::2'), 429)
  t.equal(await status('2001:db8:0:1::1'), 200)
  t.equal(await status('192.0.2.1'), 200)
  t.equal(await status('6.6.6.6, 192.0.2.1'), 429, 'what the client itself claims does not count')
})

t.test('M12: X-Forwarded-For without a trusted proxy is warned of once, and not followed', async (t) => {
  const service = await startService(t, { WS_REST_RATE: '2' })
  for (const address of ['1.1.1.1', '2.2.2.2']) t.equal((await online(service, undefined, address)).status, 200)
  t.match(await online(service, undefined, '3.3.3.3'), tooMany)
  const warnings = service.logs.filter(({ msg = '' }) => msg.includes('TRUST_PROXY'))
  t.equal(warnings.length, 1)
  t.match(warnings[0], { level: 40, msg: /X-Forwarded-For is ignored/ })
})

t.test('With a trusted proxy, or without the header, there is nothing to warn of', async (t) => {
  const trusting = await startService(t, { TRUST_PROXY: '127.0.0.1' })
  await online(trusting, undefined, '1.1.1.1')
  const direct = await startService(t)
  await online(direct)
  t.notOk([...trusting.logs, ...direct.logs].some(({ msg = '' }) => msg.includes('TRUST_PROXY')))
})
