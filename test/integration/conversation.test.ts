import { once } from 'node:events'
import t from 'tap'
import { connectAs, memberOf, startService, tokenFor } from '../helper.ts'
import { connect, type ReceivedFrame } from '../client.ts'
import { timeless } from '../support/cast.ts'

t.test('three people meet, talk, type and part, each seeing what concerns it (S0-01, S0-139, S4-53, S4-54, S4-55)', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '0' })
  const [ada, bob, eve] = [await connectAs(t, service, 'ada'), await connectAs(t, service, 'bob'), await connectAs(t, service, 'eve')]
  await ada.request({ type: 'join_room', room: 'general' })
  await bob.request({ type: 'join_room', room: 'general' })
  await eve.request({ type: 'join_room', room: 'elsewhere' })
  bob.send({ type: 'typing', room: 'general' })
  bob.send({ type: 'send_message', room: 'general', payload: { content: 'Hello!' } })
  bob.send({ type: 'stop_typing', room: 'general' })
  await bob.request({ type: 'leave_room', room: 'general' })
  t.strictSame((await ada.drain()).map(outline), ['user_joined bob', 'user_typing bob', 'new_message bob', 'user_typing bob', 'user_left bob'])
  t.strictSame((await bob.drain()).map(outline), ['ack'])
  t.strictSame((await eve.drain()).map(outline), [])
})

t.test('requests sent without waiting take effect in the order sent', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const room = 'general'
  const requests = [
    { type: 'publish', room }, { type: 'join_room', room }, { type: 'publish', room }, { type: 'leave_room', room }, { type: 'publish', room },
    { type: 'subscribe', room }, { type: 'publish', room }, { type: 'online_users', room }, { type: 'unsubscribe', room }, { type: 'publish', room }, { type: 'ping' }
  ]
  for (const [index, request] of requests.entries()) ada.send({ ...request, id: String(index) })
  const frames = []
  for (let n = 0; n < requests.length; n++) frames.push(await ada.next())
  t.strictSame(frames.map(({ id }) => id), requests.map((_, index) => String(index)))
  t.strictSame(frames.map(outline), ['error', 'room_info', 'ack', 'ack', 'error', 'subscribed', 'ack', 'online_users', 'unsubscribed', 'error', 'pong'])
})

t.test('two publishers and two subscribers see one order in a room', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '0' })
  const [ada, bob] = [await memberOf(t, service, 'ada', 'r'), await memberOf(t, service, 'bob', 'r')]
  const [sue, tom] = [await connectAs(t, service, 'sue'), await connectAs(t, service, 'tom')]
  for (const client of [sue, tom]) await client.request({ type: 'subscribe', room: 'r' })
  for (let n = 0; n < 100; n++) for (const client of [ada, bob]) client.send({ type: 'publish', room: 'r', payload: n })
  await Promise.all([ada.drain(), bob.drain()])
  const [seen, alsoSeen] = [await sue.drain(), await tom.drain()]
  t.equal(seen.length, 200)
  t.strictSame(seen, alsoSeen)
  t.strictSame(seen.map(({ seq }) => seq), Array.from({ length: 200 }, (_, n) => n + 1))
})

t.test('a connection in several rooms gets the messages of each, with the room named (S2-02)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'a')
  await ada.request({ type: 'subscribe', room: 'b' })
  const bob = await memberOf(t, service, 'bob', 'a')
  await bob.request({ type: 'join_room', room: 'b' })
  for (const room of ['a', 'b', 'c']) bob.send({ type: 'publish', room, payload: room })
  await bob.drain()
  const messages = (await ada.drain()).filter(({ type }) => type === 'message')
  t.strictSame(messages.map(({ room, payload }) => [room, payload]), [['a', 'a'], ['b', 'b']])
})

t.test('an orderly end is told to the members at once, and the room goes with its last member (S0-52, S0-78, S0-127, S3-59, S4-16, S4-38)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const bob = await memberOf(t, service, 'bob', 'general')
  await bob.close()
  t.match(timeless(await ada.next('user_left')), { room: 'general', payload: { id: 'bob' }, sender: { id: 'bob' } })
  t.match(await ada.request({ type: 'online_users', room: 'general' }), { payload: { users: [{ id: 'ada' }], count: 1 } })
  await ada.close()
  const carl = await connectAs(t, service, 'carl')
  t.match(await carl.request({ type: 'online_users', room: 'general' }), { payload: { count: 0 } })
  t.strictSame(await service.app.rooms.list(), [])
})

t.test('the same conversation works on both socket paths and by the named dialect (S4-17)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  const token = await tokenFor({ sub: 'bob' })
  const bob = connect(t, service.address, { path: '/api/v1/ws?dialect=hub.v1', protocols: ['hub.v1'], token })
  t.match(await bob.next(), { type: 'connected', payload: { dialect: 'hub.v1' } })
  t.equal(bob.socket.protocol, 'hub.v1')
  await bob.request({ type: 'join_room', room: 'general' })
  await bob.request({ type: 'send_message', room: 'general', payload: { content: 'x' } })
  t.match(await ada.next('new_message'), { payload: { content: 'x' }, sender: { id: 'bob' } })
})

t.test('connections stay stable over many pings, also one that never says anything (S3-41, S3-58)', async (t) => {
  const service = await startService(t, { WS_PING_PERIOD: '20ms', WS_PONG_WAIT: '2s' })
  const ada = await memberOf(t, service, 'ada', 'general')
  const bob = await memberOf(t, service, 'bob', 'general')
  await Promise.all([ada, bob].map(async ({ socket }) => {
    for (let pings = 0; pings < 5; pings++) await once(socket, 'ping')
  }))
  await ada.request({ type: 'publish', room: 'general', payload: 1 })
  t.match(await bob.next('message'), { payload: 1 })
})

/** A frame's type and whom it is about. */
function outline ({ type, sender }: ReceivedFrame): string {
  return sender === undefined ? type : `${type} ${sender.id}`
}
