import t from 'tap'
import { refusedHandshake } from '../client.ts'
import { connectAs, memberOf, startService, tokenFor } from '../helper.ts'
import { castOf, received } from '../support/cast.ts'

const OPEN = { WS_PUBLISH_REQUIRES_JOIN: 'false' }
const SILENT = { WS_CLIENT_PUBLISH: 'false', WS_CLIENT_BROADCAST: 'all' }

t.test('with WS_PUBLISH_REQUIRES_JOIN=false everybody may publish to any room (S4-26)', async (t) => {
  const service = await startService(t, OPEN)
  const cast = await castOf(t, service, 'general')
  t.match(await cast.olaf.request({ type: 'publish', room: 'general', payload: 1 }), { type: 'ack', payload: { seq: 1 } })
  t.match(await cast.sue.request({ type: 'publish', room: 'general', payload: 2 }), { type: 'ack', payload: { seq: 2 } })
  t.strictSame((await received(cast))['bob'], ['message', 'message'])
})

t.test('send_message stays for members only, whatever WS_PUBLISH_REQUIRES_JOIN says', async (t) => {
  const cast = await castOf(t, await startService(t, OPEN), 'general')
  for (const client of [cast.olaf, cast.sue]) {
    t.match(await client.request({ type: 'send_message', room: 'general', payload: { content: 'x' } }), { payload: { code: 'NOT_IN_ROOM' } })
  }
  t.strictSame(await received(cast), {})
})

t.test('who sends to a room without being in it does not come into it by that', async (t) => {
  const service = await startService(t, OPEN)
  const cast = await castOf(t, service, 'general')
  await cast.olaf.request({ type: 'publish', room: 'general', payload: 1 })
  await cast.ada.request({ type: 'publish', room: 'general', payload: 2 })
  t.strictSame(await received(cast), { ada: ['message'], tab: ['message', 'message'], bob: ['message', 'message'], sue: ['message', 'message'] })
})

t.test('with WS_PUBLISH_REQUIRES_JOIN=false everybody may type in any room', async (t) => {
  const service = await startService(t, OPEN)
  const cast = await castOf(t, service, 'general')
  cast.olaf.send({ type: 'typing', room: 'general' })
  t.strictSame(await cast.olaf.drain(), [])
  t.strictSame(await received(cast), { ada: ['user_typing'], tab: ['user_typing'], bob: ['user_typing'] })
})

t.test('with WS_CLIENT_PUBLISH=false no client may send, administrators included, and nobody gets anything (S3-76)', async (t) => {
  const service = await startService(t, SILENT)
  const cast = await castOf(t, service, 'general')
  const admin = await memberOf(t, service, { sub: 'ada', role: 'admin' }, 'general')
  const requests = [
    { type: 'publish', room: 'general', payload: 1 },
    { type: 'send_message', room: 'general', payload: { content: 'x' } },
    { type: 'broadcast', payload: 1 }
  ]
  for (const request of requests) {
    const { payload } = await admin.request(request)
    t.strictSame(payload, { code: 'FORBIDDEN', message: 'clients may not publish here', severity: 'client' })
  }
  t.strictSame(await received(cast), {})
})

t.test('with WS_CLIENT_PUBLISH=false clients still join, subscribe, type and receive what the application sends', async (t) => {
  const service = await startService(t, SILENT)
  const cast = await castOf(t, service, 'general')
  cast.ada.send({ type: 'typing', room: 'general' })
  await cast.ada.drain()
  await service.app.hub.toRoom('general', { type: 'news', payload: 1 })
  const everybody = ['news']
  t.strictSame(await received(cast), { ada: everybody, tab: everybody, bob: ['user_typing', 'news'], sue: everybody })
})

t.test('a token that names rooms allows publishing to those alone, and nobody gets anything else', async (t) => {
  const service = await startService(t, OPEN)
  const cast = await castOf(t, service, 'general')
  const [tom, eve] = [
    await memberOf(t, service, { sub: 'tom', rooms: { join: ['general', 'chat:*'], publish: ['chat:*'] } }, 'general'),
    await memberOf(t, service, { sub: 'eve', rooms: { join: ['general'] } }, 'general')
  ]
  await received(cast)
  for (const request of [{ type: 'publish', payload: 1 }, { type: 'send_message', payload: { content: 'x' } }]) {
    const { payload } = await tom.request({ ...request, room: 'general' })
    t.strictSame(payload, { code: 'FORBIDDEN', message: 'you may not publish to this room', severity: 'client' })
  }
  t.strictSame(await received(cast), {})
  t.match(await tom.request({ type: 'publish', room: 'chat:1', payload: 1 }), { type: 'ack' })
  t.match(await eve.request({ type: 'publish', room: 'chat:1', payload: 1 }), { payload: { code: 'FORBIDDEN' } })
  t.match(await eve.request({ type: 'send_message', room: 'general', payload: { content: 'x' } }), { type: 'ack' })
  t.match(await cast.bob.drain(), [{ type: 'new_message', sender: { id: 'eve' } }])
})

t.test('who may publish nowhere is told so before anything else of the room', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, { sub: 'ada', rooms: {} })
  t.match(await ada.request({ type: 'publish', room: 'general', payload: 1 }), { payload: { code: 'FORBIDDEN' } })
  const bob = await connectAs(t, service, { sub: 'bob', rooms: { publish: ['*'] } })
  t.match(await bob.request({ type: 'publish', room: 'general', payload: 1 }), { payload: { code: 'NOT_IN_ROOM' } })
})

t.test('a token that names rooms in a way that cannot be read lets nobody in', async (t) => {
  const service = await startService(t)
  const refusal = await refusedHandshake(t, service.address, { token: await tokenFor({ sub: 'ada', rooms: ['chat:*'] }) })
  t.match(refusal, { status: 401, body: { code: 'UNAUTHORIZED' } })
})

t.test('a publish that the relay cannot take is refused as UNAVAILABLE with a fixed text, and the connection stays', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  await service.app.relay.port.close()
  const { error, payload } = await ada.request({ type: 'publish', room: 'general', payload: 1 })
  t.strictSame(payload, { code: 'UNAVAILABLE', message: 'Service unavailable, retry', severity: 'server' })
  t.equal(error, 'Service unavailable, retry')
  t.match(await ada.request({ type: 'ping' }), { type: 'pong' })
})

t.test('a message published while its publisher is the only one online is acknowledged', async (t) => {
  const service = await startService(t, { WS_CLIENT_BROADCAST: 'all' })
  const ada = await connectAs(t, service, 'ada')
  t.match(await ada.request({ type: 'broadcast' }), { type: 'ack', payload: { seq: 1 } })
  t.strictSame(await ada.drain(), [])
})
