import t from 'tap'
import { connect, refusedHandshake } from '../client.ts'
import { connectAs, getJson, memberOf, startService, tokenFor, until, type Teardown } from '../helper.ts'
import { connectRaw } from '../support/raw-peer.ts'

/** A service whose drain hangs at a peer that answers nothing. */
async function startDraining (t: Teardown, drainTimeout: string) {
  const service = await startService(t, { WS_DRAIN_TIMEOUT: drainTimeout }, { timings: { closeTimeoutMs: 30_000 } })
  const token = await tokenFor({ sub: 'mute' })
  const mute = await connectRaw(t, service.address, { token })
  return { ...service, mute, token }
}

t.test('while a node drains it is not ready, but alive', async (t) => {
  const { app, ...service } = await startDraining(t, '400ms')
  const drained = app.drain.run()
  const [ready, health, live] = await Promise.all(['/health/ready', '/health', '/health/live'].map((path) => getJson(service, path)))
  t.match(ready, { status: 503, body: { status: 'unhealthy', reason: 'draining' } })
  t.equal(health?.status, 503)
  t.match(live, { status: 200, body: { status: 'alive' } })
  await drained
})

t.test('f1: while a node drains a handshake is refused with 503 and told when to try again', async (t) => {
  const { app, address, token } = await startDraining(t, '400ms')
  const drained = app.drain.run()
  const { status, headers, body } = await refusedHandshake(t, address, { token })
  t.same([status, body], [503, { error: 'server is shutting down', code: 'UNAVAILABLE' }])
  t.match(headers['retry-after'], /^\d+$/)
  await drained
})

t.test('f1: the readiness is gone before the first connection is', async (t) => {
  const { app, ...service } = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const drained = app.drain.run()
  await ada.next('draining')
  t.equal((await getJson(service, '/health/ready')).status, 503)
  t.equal((await ada.closed).code, 1012)
  await drained
})

t.test('closing the application drains it first', async (t) => {
  const { app, ...service } = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'hall')
  await app.close()
  t.equal((await ada.next('draining')).type, 'draining')
  t.equal((await ada.closed).code, 1012)
})

t.test('M4: the application closes at the drain timeout although peers never answer', async (t) => {
  const { app, mute, ...service } = await startDraining(t, '100ms')
  const stuck = await connectRaw(t, service.address, { token: service.token })
  stuck.socket.pause()
  await app.close()
  await mute.ended
  t.equal(app.hub.size, 0)
})

t.test('the application closes although a handshake arrives in the middle of the drain', async (t) => {
  const { app, address, token } = await startDraining(t, '300ms')
  const closed = app.close()
  await until(() => app.admission.isDraining)
  t.equal((await refusedHandshake(t, address, { token })).status, 503)
  await closed
  t.notOk(app.server.listening)
})

t.test('the application closes although a refused browser never answers its close frame', async (t) => {
  const { app, address } = await startService(t, {}, { timings: { closeTimeoutMs: 30_000 } })
  const peer = await connectRaw(t, address, { origin: 'http://page.example' })
  t.equal((await peer.next())?.payload.readUInt16BE(), 4001)
  await app.close()
  await peer.ended
  t.notOk(app.server.listening)
})

t.test('f4: a request that is under way when the drain begins takes effect before the close', async (t) => {
  const { app, ...service } = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'hall')
  const bob = await memberOf(t, service, 'bob', 'hall')
  ada.send({ type: 'publish', id: 'p', room: 'hall', payload: 'last words' })
  t.equal((await bob.next('message')).payload, 'last words')
  await app.close()
  t.equal((await ada.next('ack')).id, 'p')
  t.same([await ada.closed, await bob.closed].map(({ code }) => code), [1012, 1012])
})

t.test('a drained service says nothing of the departures of those it sends away', async (t) => {
  const { app, ...service } = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'hall')
  await memberOf(t, service, 'bob', 'hall')
  await ada.next('user_joined')
  await app.close()
  await ada.closed
  t.same(ada.inbox.map(({ type }) => type), ['draining'])
})

t.test('a socket that is still in its handshake when the application closes is not left open', async (t) => {
  const { app, address } = await startService(t)
  const client = connect(t, address, { token: await tokenFor({ sub: 'ada' }) })
  await app.close()
  t.ok([1006, 1012].includes((await client.closed).code))
})
