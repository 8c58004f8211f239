import { createHook } from 'node:async_hooks'
import t from 'tap'
import { connect, refusedHandshake } from '../client.ts'
import { connectAs, getJson, postJson, startService, tokenFor, until, type Teardown } from '../helper.ts'
import { enter, startHub } from '../support/test-hub.ts'

/** The timers that were started from now on and are there still, those included that keep no process alive. */
function watchTimers (t: Teardown): ReadonlySet<number> {
  const living = new Set<number>()
  const hook = createHook({
    init (id, type) { if (type === 'Timeout') living.add(id) },
    destroy (id) { living.delete(id) }
  }).enable()
  t.teardown(() => { hook.disable() })
  return living
}

t.test('the health route answers where sockets connect, and http:// on the socket\'s path is told what is expected (S3-70)', async (t) => {
  const service = await startService(t)
  t.match(await getJson(service, '/health'), { status: 200 })
  t.match(await getJson(service, '/ws'), { status: 426, body: { error: 'this route expects a WebSocket handshake' } })
})

t.test('a token begins with eyJ; an expired or a missing one is 401 as UNAUTHORIZED, and the log knows which (S3-71)', async (t) => {
  const service = await startService(t)
  t.match(await tokenFor({ sub: 'ada' }), /^eyJ/)
  const expired = await tokenFor({ sub: 'ada', exp: Math.floor(Date.now() / 1000) - 3_600 })
  for (const options of [{}, { token: expired }]) {
    t.match(await refusedHandshake(t, service.address, options), { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } })
  }
  const reasons = service.logs.filter(({ msg }) => msg === 'ws auth failed').map(({ reason }) => reason)
  t.match(reasons, [/missing/, /expired/])
})

t.test('a good token without an admin role is 403 with the words «admin access required» (S3-72)', async (t) => {
  const service = await startService(t)
  t.match(await postJson(service, '/ws/broadcast', { message: 'hello' }, { sub: 'ada' }), { status: 403, body: { error: 'admin access required' } })
  t.match(await postJson(service, '/ws/broadcast', { message: 'hello' }, { sub: 'ada', role: 'admin' }), { status: 200 })
})

t.test('a test broadcast says how many it reached, and the log who was connected (S3-73)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  t.match((await postJson(service, '/ws/broadcast', { message: 'test' }, { sub: 'root', role: 'admin' })).body, { recipients: 1 })
  t.match(await ada.next('system.alert'), { payload: { message: 'test' } })
  t.match(service.logs.find(({ msg }) => msg === 'client connected'), { user_id: 'ada', total_clients: 1 })
})

t.test('how long a peer may be silent is a setting: who answers pings stays, who does not is dropped (S3-74)', async (t) => {
  const service = await startService(t, { WS_PING_PERIOD: '50ms', WS_READ_TIMEOUT: '1s' }, { timings: { sweepIntervalMs: 50 } })
  const answering = await connectAs(t, service, 'ada')
  const silent = connect(t, service.address, { token: await tokenFor({ sub: 'bob' }), autoPong: false })
  await silent.next('connected')
  t.equal((await silent.closed).code, 1006)
  t.match(await answering.request({ type: 'ping' }), { type: 'pong' })
})

t.test('connections have no timers of their own: one sweep serves them all (S3-88)', async (t) => {
  const service = await startHub(t)
  const timers = watchTimers(t)
  await Promise.all(Array.from({ length: 100 }, (_, number) => enter(t, service, `user-${number}`)))
  // The wait and the sockets may have a few of their own; one for each connection would never go away.
  await until(() => timers.size < 20)
  t.equal(service.hub.size, 100)
})
