import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { getJson, postJson, SECRET, tokenFor, until } from '../helper.ts'
import { refusedRides } from './clients/rides-client.ts'
import { DRIVER, PASSENGER } from '../support/ride-store.ts'
import { rideSettings, startRides } from '../support/ride-world.ts'

t.test('the variables are understood as the document lists them, and give every key that it names its value (S1-71..S1-80)', async (t) => {
  const { config, warnings } = loadConfig({ JWT_SECRET: SECRET, ...rideSettings })
  t.match(config, {
    readBufferSizeBytes: 1024,
    writeBufferSizeBytes: 1024,
    handshakeTimeoutMs: 10_000,
    pongWaitMs: 60_000,
    writeTimeoutMs: 10_000,
    pingPeriodMs: 54_000,
    maxMessageSizeBytes: 512,
    allowedOrigins: ['https://app.nebengjek.com', 'https://driver.nebengjek.com']
  })
  t.equal(warnings.length, 2, 'buffer sizes are advisory')
})

t.test('a duration without its unit refuses the start (S1-80)', async (t) => {
  for (const name of ['WS_HANDSHAKE_TIMEOUT', 'WS_READ_TIMEOUT', 'WS_WRITE_TIMEOUT', 'WS_PING_PERIOD']) {
    t.throws(() => loadConfig({ ...rideSettings, [name]: '61' }), { message: new RegExp(name) })
  }
})

t.test('a message may have 512 bytes; one above is told so and the connection stays (S1-78)', async (t) => {
  const { driver } = await startRides(t)
  const dee = await driver()
  const text = (bytes: number): string => JSON.stringify({ type: 'x'.padEnd(bytes - '{"type":""}'.length, 'x') })
  dee.sendText(text(512))
  t.match(await dee.error(), { code: 'INVALID_FORMAT' })
  dee.sendText(text(513))
  t.match(await dee.error(), { code: 'MESSAGE_TOO_LARGE' })
  t.same(await dee.drain(), [])
})

t.test('origins on the list come in, others do not; an app without an origin does (S1-79, S1-81)', async (t) => {
  const { service: { address }, enter, driver } = await startRides(t)
  const authorization = `Bearer ${await tokenFor({ user_id: DRIVER })}`
  for (const origin of ['https://app.nebengjek.com', 'https://driver.nebengjek.com']) t.same(await (await enter(DRIVER, 'driver', { origin })).drain(), [])
  for (const origin of ['https://evil.example', 'http://app.nebengjek.com', 'https://app.nebengjek.com.evil.example', address]) {
    t.equal(await refusedRides(t, address, { authorization }, origin), 403, origin)
  }
  t.same(await (await driver()).drain(), [])
})

t.test('the statistics count connections, by role, too, with the time in UTC; over REST and in the process (S1-68)', async (t) => {
  const { service, driver, passenger } = await startRides(t)
  await Promise.all([driver(), passenger()])
  const expected = { total_clients: 2, by_role: { driver: 1, passenger: 1 }, timestamp: /^\d{4}-.*Z$/ }
  t.match(await service.app.hub.stats(), expected)
  const authorization = `Bearer ${await tokenFor({ sub: 'root', role: 'admin' })}`
  t.match(await getJson(service, '/ws/stats', { headers: { authorization } }), { status: 200, body: expected })
  t.match((await postJson(service, '/ws/broadcast', { message: 'x' }, { sub: 'root', role: 'admin' })).body, { stats: { by_role: expected.by_role } })
})

t.test('every connection is pinged; with more than half of them stale the node is unhealthy, in the document\'s words (S1-69, S1-70)', async (t) => {
  const { service, enter, logged } = await startRides(t, { env: { WS_PING_PERIOD: '50ms', WS_READ_TIMEOUT: '2s' } })
  await enter('other', 'driver')
  for (const user of [DRIVER, PASSENGER]) await enter(user, 'driver', { autoPong: false })
  t.match(await getJson(service, '/health'), { status: 200, body: { status: 'healthy', clients: 3 } })
  await until(() => service.app.heartbeat.staleCount === 2)
  t.match(await getJson(service, '/health'), { status: 503, body: { status: 'unhealthy', reason: 'too many stale connections: 2/3' } })
  await until(() => service.app.hub.size === 1)
  t.match(logged('Stale WebSocket connection detected'), { user_id: String })
})
