import t from 'tap'
import { connectAs, getJson, startService, tokenFor, until } from '../helper.ts'
import { connect } from '../client.ts'

t.test('a node of which more than half the connections miss their pings is unhealthy, but ready (S1-69, S1-70)', async (t) => {
  const service = await startService(t, { WS_PING_PERIOD: '10ms', WS_PONG_WAIT: '800ms' })
  await connectAs(t, service, 'ada')
  for (const sub of ['bob', 'carl']) connect(t, service.address, { token: await tokenFor({ sub }), autoPong: false })
  let health = await getJson(service, '/health')
  await until(async () => {
    health = await getJson(service, '/health')
    return health.status === 503
  })
  t.match(health.body, { status: 'unhealthy', reason: 'too many stale connections: 2/3', clients: 3 })
  t.equal((await getJson(service, '/health/ready')).status, 200)
  await until(() => service.app.hub.size === 1)
  t.equal((await getJson(service, '/health')).status, 200, 'the mute ones are gone')
})

t.test('half of the connections missing their pings is healthy still', async (t) => {
  const service = await startService(t, { WS_PING_PERIOD: '10ms', WS_PONG_WAIT: '400ms' })
  await connectAs(t, service, 'ada')
  const mute = connect(t, service.address, { token: await tokenFor({ sub: 'bob' }), autoPong: false })
  const statuses = new Set<number>()
  await until(async () => {
    statuses.add((await getJson(service, '/health')).status)
    return service.app.heartbeat.staleCount === 1
  })
  await until(async () => {
    statuses.add((await getJson(service, '/health')).status)
    return service.app.hub.size === 1
  })
  await mute.closed
  t.same([...statuses], [200])
})

t.test('a token that ends ends the session with 1008, as the settings of the service come (S3-67)', async (t) => {
  const service = await startService(t)
  const exp = Math.floor(Date.now() / 1000) + 1
  const ada = await connectAs(t, service, { sub: 'ada', exp })
  t.same(await ada.closed, { code: 1008, reason: 'token expired' })
  t.ok(Date.now() >= exp * 1000)
})
