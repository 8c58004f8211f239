import t from 'tap'
import { connectAs, startService, tokenFor, until } from '../helper.ts'
import { connect, refusedHandshake } from '../client.ts'
import { connectHttp, handshake } from '../support/http-peer.ts'
import { makeKey } from '../support/forge.ts'
import { startKeyServer } from '../support/key-server.ts'

t.test('a18, M1: A route is upgraded where it asks for it and nowhere else', async (t) => {
  const { address } = await startService(t, { WS_PATHS: '/live' })
  t.equal((await connect(t, address, { path: '/live', token: await tokenFor({ sub: 'ada' }) }).next('connected')).payload['user_id'], 'ada')
  t.match(await refusedHandshake(t, address, { path: '/ws' }), { status: 404 })
  t.match(await refusedHandshake(t, address, { path: '/health' }), { status: 400 })
})

t.test('A path that exists for another method is no unknown path', async (t) => {
  const { address } = await startService(t)
  t.match(await refusedHandshake(t, address, { path: '/ws/broadcast' }), { status: 400 })
  t.match(await refusedHandshake(t, address, { path: '/ws/broadcasts' }), { status: 404 })
})

t.test('a19: A path that would be a pattern of routes is an unknown path', async (t) => {
  const service = await startService(t)
  for (const path of ['*/', '/a*b', '/*/x', '/:(', '/:a(', '/ws:(', '/:a/*/b']) {
    t.match(await refusedHandshake(t, service.address, { path }), { status: 404 }, path)
  }
  t.notOk(service.logs.some(({ level }) => level >= 50))
})

t.test('Closing ends every socket, those included that are only there to be refused', async (t) => {
  const service = await startService(t, {}, { timings: { closeTimeoutMs: 60_000 } })
  const refused = await connectHttp(t, service.address)
  refused.write(handshake({ headers: { origin: 'http://localhost' } }))
  t.equal((await refused.response()).status, 101)
  t.equal(service.app.websocketServer.clients.size, 1)
  const ada = await connectAs(t, service, 'ada')
  await service.app.close()
  t.equal((await ada.closed).code, 1012)
  await refused.closed
})

t.test('M4: Closing does not wait for a client that never answers', async (t) => {
  const service = await startService(t, { WS_DRAIN_TIMEOUT: '100ms' }, { timings: { closeTimeoutMs: 60_000 } })
  const mute = await connectHttp(t, service.address)
  mute.write(handshake({ path: `/ws?token=${await tokenFor({ sub: 'ada' })}` }))
  t.equal((await mute.response()).status, 101)
  await service.app.close()
  await mute.closed
})

t.test('A handshake that is still being verified when the node closes is refused, not forgotten', async (t) => {
  const key = makeKey('EdDSA')
  const keyServer = await startKeyServer(t, [key.jwk('k1')])
  keyServer.mood = 'hang'
  const service = await startService(t, { JWT_SECRET: '', JWT_JWKS_URL: keyServer.url })
  const late = refusedHandshake(t, service.address, { token: key.token({ sub: 'ada' }, { kid: 'k1' }) })
  await until(() => keyServer.requests.length === 1)
  const closed = service.app.close()
  await until(() => service.app.admission.isDraining)
  keyServer.release()
  t.match(await late, { status: 503, body: { error: 'server is shutting down', code: 'UNAVAILABLE' } })
  await closed
})

t.test('Messages above four times the announced size end the connection with 1009', async (t) => {
  const service = await startService(t, { WS_MAX_MESSAGE_SIZE: '100' })
  const ada = await connectAs(t, service, 'ada')
  ada.send('x'.repeat(401))
  t.equal((await ada.closed).code, 1009)
})

t.test('What a client does wrong on the wire is no error of the service\'s', async (t) => {
  const service = await startService(t, { WS_MAX_MESSAGE_SIZE: '100' })
  const ada = await connectAs(t, service, 'ada')
  ada.send('x'.repeat(401))
  await ada.closed
  await until(() => service.logs.some(({ msg }) => msg === 'client disconnected'))
  t.strictSame(service.logs.filter(({ level }) => level >= 50), [])
})
