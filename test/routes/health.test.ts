import t from 'tap'
import { connectAs, getJson, memberOf, startService, until, type Teardown, type TestService } from '../helper.ts'

/** A service where a peer that answers no ping is stale after about one second, and gone after two. */
async function startMute (t: Teardown): Promise<TestService> {
  return await startService(t, { WS_PING_PERIOD: '50ms', WS_PONG_WAIT: '2s' }, { timings: { sweepIntervalMs: 50 } })
}

t.test('A healthy node says so, and what is on it (S3-32)', async (t) => {
  const service = await startService(t)
  await memberOf(t, service, 'ada', 'general')
  await connectAs(t, service, 'bob')
  const { status, body } = await getJson(service, '/health')
  t.equal(status, 200)
  t.match(body, { status: 'healthy', clients: 2, rooms: 1, node_id: String, uptime_s: Number })
})

t.test('Nobody needs a token to ask after the health, and a bad one does no harm (S3-32)', async (t) => {
  const service = await startService(t)
  for (const path of ['/health', '/health/live', '/health/ready']) {
    const { status } = await getJson(service, path, { headers: { authorization: 'Bearer bad' } })
    t.equal(status, 200, path)
  }
})

t.test('A draining node is alive but neither ready nor healthy', async (t) => {
  const service = await startService(t)
  await service.app.drain.run()
  t.match(await getJson(service, '/health'), { status: 503, body: { status: 'unhealthy', reason: 'draining' } })
  t.match(await getJson(service, '/health/ready'), { status: 503, body: { status: 'unhealthy', reason: 'draining' } })
  t.match(await getJson(service, '/health/live'), { status: 200, body: { status: 'alive' } })
})

t.test('A node that has begun to close answers its probes to the end', async (t) => {
  const service = await startService(t)
  const client = await connectAs(t, service, 'ada')
  // It never answers the close frame, so that the drain takes its time.
  client.socket.pause()
  const closed = service.app.close()
  await until(() => service.app.admission.isDraining)
  t.match(await getJson(service, '/health/ready'), { status: 503, body: { reason: 'draining' } })
  t.match(await getJson(service, '/health/live'), { status: 200 })
  await closed
})

t.test('A node whose relay is not ready gives the relay\'s reason', async (t) => {
  const service = await startService(t)
  service.app.relay.status = () => ({ kind: 'test', ready: false, reason: 'relay unreachable' })
  t.match(await getJson(service, '/health'), { status: 503, body: { status: 'unhealthy', reason: 'relay unreachable' } })
  t.match(await getJson(service, '/health/ready'), { status: 503, body: { reason: 'relay unreachable' } })
})

t.test('A node whose event loop does not keep up gets no traffic', async (t) => {
  const service = await startService(t)
  service.app.loopDelay.isStalled = () => true
  t.match(await getJson(service, '/health/ready'), { status: 503, body: { reason: 'event loop stalled' } })
  t.match(await getJson(service, '/health/live'), { status: 200, body: { status: 'alive' } })
})

t.test('A node is unhealthy while more than half of its connections miss their last ping (S1-69, S1-70)', async (t) => {
  const service = await startMute(t)
  await connectAs(t, service, 'ada')
  for (const user of ['bob', 'eve']) await connectAs(t, service, user, { autoPong: false })
  t.match(await getJson(service, '/health'), { status: 200 })
  await until(() => service.app.heartbeat.staleCount === 2)
  t.match(await getJson(service, '/health'), { status: 503, body: { status: 'unhealthy', reason: 'too many stale connections: 2/3', clients: 3 } })
  t.equal((await getJson(service, '/health/ready')).status, 200, 'the node itself may go on')
  await until(() => service.app.hub.size === 1)
  t.equal((await getJson(service, '/health')).status, 200, 'the silent ones are gone')
})

t.test('A node is healthy when exactly half of its connections are silent (S1-70)', async (t) => {
  const service = await startMute(t)
  await connectAs(t, service, 'ada')
  await connectAs(t, service, 'bob', { autoPong: false })
  await until(() => service.app.heartbeat.staleCount === 1)
  t.match(await getJson(service, '/health'), { status: 200, body: { clients: 2 } })
  t.equal(service.app.heartbeat.staleCount, 1, 'it was silent all the time')
})
