import { Type } from '@sinclair/typebox'
import Fastify from 'fastify'
import t from 'tap'
import hubPlugin from '../../plugins/hub.ts'
import relayPlugin from '../../plugins/relay.ts'
import roomsPlugin from '../../plugins/rooms.ts'
import sessionsPlugin from '../../plugins/sessions.ts'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import { connectAs, memberOf, startService, type Teardown } from '../helper.ts'

/** An application of someone else that takes the parts without any settings. */
async function embed (t: Teardown) {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(relayPlugin, { relay: new MemoryRelay({ nodeId: 'mine' }) })
  await app.register(hubPlugin)
  await app.register(roomsPlugin)
  await app.register(sessionsPlugin)
  return app
}

t.test('the parts work in an existing application without settings (S0-04, S2-56)', async (t) => {
  const app = await embed(t)
  t.same(await app.hub.broadcast({ type: 'news' }).then(({ recipients, seq }) => [recipients, seq]), [0, 1])
  t.same([app.hub.nodeId, await app.rooms.list(), app.relay.status(), app.admission.nodeProblem()], ['mine', [], { kind: 'memory', ready: true }, undefined])
})

t.test('closing the application closes the relay (S0-109)', async (t) => {
  const app = await embed(t)
  await app.close()
  t.equal(app.relay.status().ready, false)
  await t.rejects(app.hub.broadcast({ type: 'news' }), { code: 'UNAVAILABLE' })
})

t.test('a relay of one\'s own is used, and closed with the application (S2-60)', async (t) => {
  const relay = new MemoryRelay()
  const app = Fastify()
  await app.register(relayPlugin, { relay })
  t.equal(app.relay.port, relay)
  await app.close()
  t.equal(relay.status().ready, false)
})

t.test('a handler of the application has the application at hand (S2-07)', async (t) => {
  const { app, ...service } = await startService(t)
  app.hub.handle('shout', { schema: Type.String() }, async ({ app, user }, payload) => {
    await app.hub.toRoom('hall', { type: 'shouted', payload, sender: { id: user.id, name: user.name } })
  })
  const bob = await memberOf(t, service, 'bob', 'hall')
  const ada = await connectAs(t, service, 'ada')
  t.equal((await ada.request({ type: 'shout', payload: 'hey' })).type, 'ack')
  t.match(await bob.next('shouted'), { payload: 'hey', room: 'hall', sender: { id: 'ada' }, seq: 1 })
})

t.test('the relay of the application publishes to any topic and tells its state', async (t) => {
  const { app, ...service } = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  t.match(await app.relay.publish('user:ada', { type: 'news' }), { recipients: 1, seq: 1, epoch: String })
  t.equal((await ada.next('news')).topic, 'user:ada')
  t.same(app.relay.status(), { kind: 'memory', ready: true })
})
