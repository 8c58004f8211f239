import t from 'tap'
import { until, type Teardown } from '../helper.ts'
import { enter, startHub, type TestHubOptions } from '../support/test-hub.ts'

/** A rate so low that nothing comes back during a test. */
const rate = { perSecond: 1e-6, burst: 10 }

async function startLimited (t: Teardown, options: TestHubOptions = {}) {
  const service = await startHub(t, { rate, ...options })
  return { ...service, ada: await enter(t, service, 'ada') }
}

t.test('a client is warned once when less than a fifth of its burst is left, before anything is refused', async (t) => {
  const { ada } = await startLimited(t)
  for (let sent = 0; sent < 8; sent += 1) await ada.request({ type: 'ping' })
  t.same(ada.inbox, [], 'a fifth is not less than a fifth')
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  t.match(await ada.next(), { type: 'rate_warning', payload: { limit: 10, remaining: 1, retry_after_ms: Number } })
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  t.same(ada.inbox, [], 'once a second')
})

t.test('a warning may come again after its interval', async (t) => {
  const { ada } = await startLimited(t, { timings: { rateWarningIntervalMs: 0 } })
  for (let sent = 0; sent < 10; sent += 1) await ada.request({ type: 'ping' })
  t.same(ada.inbox.map(({ payload: { remaining } }) => remaining), [1, 0])
})

t.test('a frame above the rate is refused with RATE_LIMIT and its id, and has no effect (S0-120, S1-38, S2-74)', async (t) => {
  const { ada, ...service } = await startLimited(t)
  for (let sent = 0; sent < 10; sent += 1) await ada.request({ type: 'ping' })
  const answer = await ada.request({ type: 'join_room', room: 'hall' })
  t.match(answer, { type: 'error', payload: { code: 'RATE_LIMIT', message: /retry in \d+ ms/, severity: 'client' } })
  t.equal(service.hub.roomCount, 0)
})

t.test('frames come through again as tokens come back', async (t) => {
  const { ada } = await startLimited(t, { rate: { perSecond: 1_000, burst: 1 } })
  const answers = new Set<string>()
  while (answers.size < 2) answers.add((await ada.request({ type: 'ping' })).type)
  t.same([...answers].sort(), ['error', 'pong'])
})

t.test('bad frames count like all others', async (t) => {
  const { ada } = await startLimited(t, { rate: { perSecond: 1e-6, burst: 2 } })
  ada.send('no json')
  ada.send('{"type":""}')
  t.match(await ada.request({ type: 'ping' }), { payload: { code: 'RATE_LIMIT' } })
})

t.test('each connection has a rate of its own', async (t) => {
  const { ada, ...service } = await startLimited(t)
  for (let sent = 0; sent < 11; sent += 1) await ada.request({ type: 'ping' })
  const tab = await enter(t, service, 'ada')
  t.equal((await tab.request({ type: 'ping' })).type, 'pong')
})

t.test('the hundredth refusal within the window closes with 4029', async (t) => {
  const { ada } = await startLimited(t)
  for (let sent = 0; sent < 10 + 100; sent += 1) ada.send({ type: 'ping' })
  t.same(await ada.closed, { code: 4029, reason: 'rate limit' })
  const refused = ada.inbox.filter(({ payload }) => payload?.['code'] === 'RATE_LIMIT')
  t.equal(refused.length, 99, 'the close stands in for the last refusal')
})

t.test('refusals of an earlier window are forgotten', async (t) => {
  const { ada } = await startLimited(t, { timings: { refusalWindowMs: 0 } })
  for (let sent = 0; sent < 300; sent += 1) ada.send({ type: 'typing' })
  t.match(await ada.request({ type: 'ping' }), { payload: { code: 'RATE_LIMIT' } })
})

t.test('a rate of 0 switches the limit off', async (t) => {
  const { ada } = await startLimited(t, { rate: { perSecond: 0, burst: 1 } })
  for (let sent = 0; sent < 1_000; sent += 1) ada.send({ type: 'ping' })
  t.ok((await ada.drain()).every(({ type }) => type === 'pong'))
})

t.test('c12: pings and pongs of the peer\'s own accord count like frames with content', async (t) => {
  for (const act of ['ping', 'pong'] as const) {
    const { ada } = await startLimited(t)
    for (let sent = 0; sent < 10; sent += 1) ada.socket[act]()
    t.match(await ada.request({ type: 'ping' }), { payload: { code: 'RATE_LIMIT' } }, act)
  }
})

t.test('c12: an answer to a ping of the server costs nothing, nor does any ping where the limit is off', async (t) => {
  const { ada, opened: [connection] } = await startLimited(t)
  for (let asked = 0; asked < 20; asked += 1) {
    connection?.ping(1)
    await until(() => connection?.pingSentMs === 0)
  }
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  const { ada: free } = await startLimited(t, { rate: { perSecond: 0, burst: 1 } })
  for (let sent = 0; sent < 50; sent += 1) free.socket.ping()
  t.equal((await free.request({ type: 'ping' })).type, 'pong')
})
