import t from 'tap'
import { connectAs, memberOf, startService } from '../helper.ts'
import { castOf, received, timeless } from '../support/cast.ts'

t.test('a subscription is answered with room, connections and position (S2-26, S2-33)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'chat')
  const { payload: { epoch } } = await ada.request({ type: 'publish', room: 'chat', payload: 1 })
  const sue = await connectAs(t, service, 'sue')
  t.strictSame(timeless(await sue.request({ type: 'subscribe', room: 'chat' })), {
    type: 'subscribed', id: sue.lastId, room: 'chat', payload: { room: 'chat', client_count: 2, seq: 1, epoch }
  })
})

t.test('the end of a subscription is answered with room, connections and position (S2-27, S2-34)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'chat')
  const sue = await connectAs(t, service, 'sue')
  await sue.request({ type: 'subscribe', room: 'chat' })
  const { payload: { epoch } } = await ada.request({ type: 'publish', room: 'chat', payload: 1 })
  t.strictSame(timeless(await sue.request({ type: 'unsubscribe', room: 'chat' })), {
    type: 'unsubscribed', id: sue.lastId, room: 'chat', payload: { room: 'chat', client_count: 1, seq: 1, epoch }
  })
})

t.test('a subscription counts connections, members and subscribers, each once', async (t) => {
  const service = await startService(t)
  const { ada, sue } = await castOf(t, service, 'chat')
  t.match(await ada.request({ type: 'subscribe', room: 'chat' }), { payload: { client_count: 4 } })
  t.match(await sue.request({ type: 'subscribe', room: 'chat' }), { payload: { client_count: 4 } })
})

t.test('neither a subscription nor its end is told to anybody, nor shows in the presence', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'chat')
  await cast.olaf.request({ type: 'subscribe', room: 'chat' })
  t.match(await cast.olaf.request({ type: 'online_users', room: 'chat' }), { payload: { count: 2 } })
  await cast.olaf.request({ type: 'unsubscribe', room: 'chat' })
  t.strictSame(await received(cast), {})
})

t.test('a subscriber gets messages of all kinds, but no notices', async (t) => {
  const service = await startService(t)
  const { ada, sue } = await castOf(t, service, 'chat')
  await memberOf(t, service, 'carl', 'chat')
  await ada.request({ type: 'send_message', room: 'chat', payload: { content: 'x' } })
  ada.send({ type: 'typing', room: 'chat' })
  await ada.request({ type: 'publish', room: 'chat' })
  t.strictSame((await sue.drain()).map(({ type }) => type), ['new_message', 'message'])
})

t.test('who has unsubscribed gets no more messages, nor may publish', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'chat')
  await cast.sue.request({ type: 'unsubscribe', room: 'chat' })
  await cast.ada.request({ type: 'publish', room: 'chat', payload: 1 })
  t.strictSame(await received(cast), { tab: ['message'], bob: ['message'] })
  t.match(await cast.sue.request({ type: 'publish', room: 'chat' }), { payload: { code: 'NOT_IN_ROOM' } })
})

t.test('a member who unsubscribes stays a member', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'chat')
  await cast.bob.request({ type: 'subscribe', room: 'chat' })
  await cast.bob.request({ type: 'unsubscribe', room: 'chat' })
  await cast.ada.request({ type: 'send_message', room: 'chat', payload: { content: 'x' } })
  t.strictSame(await received(cast), { tab: ['new_message'], bob: ['new_message'], sue: ['new_message'] })
})

t.test('who is member and subscriber gets one copy', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'chat')
  await bob.request({ type: 'subscribe', room: 'chat' })
  await ada.request({ type: 'publish', room: 'chat', payload: 1 })
  t.strictSame((await bob.drain()).map(({ type }) => type), ['message'])
})

t.test('the end of a subscription that never was is answered all the same', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const { type, payload } = await ada.request({ type: 'unsubscribe', payload: { room_id: 'nowhere' } })
  t.equal(type, 'unsubscribed')
  t.match(payload, { room: 'nowhere', client_count: 0, seq: 0, epoch: /./ })
})
