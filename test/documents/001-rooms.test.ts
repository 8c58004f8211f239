import { once } from 'node:events'
import t from 'tap'
import { connect, type TestClient } from '../client.ts'
import { connectAs, startService, tokenFor, type Teardown } from '../helper.ts'

/** One speaks hub.v1, the other notify.v1, in one room. */
async function startMixed (t: Teardown) {
  const service = await startService(t)
  const ada = await connectAs(t, service, { sub: 'ada', name: 'Ada' })
  const bob = await opened(connect(t, service.address, { token: await tokenFor({ sub: 'bob', name: 'Bob' }), path: '/ws?dialect=notify.v1', checksFrames: false }))
  for (const client of [ada, bob]) {
    client.send({ type: 'join_room', room: 'general' })
    await client.next('room_info')
  }
  return { ada, bob, service }
}

/** There is no greeting to wait for. */
async function opened (client: TestClient): Promise<TestClient> {
  await once(client.socket, 'open')
  return client
}

const [ADA, BOB] = [{ id: 'ada', name: 'Ada' }, { id: 'bob', name: 'Bob' }]

t.test('two dialects share a room: each sees the other come, speak, type and go, in its own shape (S1-90)', async (t) => {
  const { ada, bob } = await startMixed(t)
  t.match(await ada.next(), { type: 'user_joined', room: 'general', payload: BOB })
  await ada.request({ type: 'send_message', room: 'general', payload: { content: 'hi' } })
  t.strictSame(await bob.next(), { type: 'new_message', room: 'general', sender: ADA, data: { content: 'hi' } })
  bob.send({ type: 'send_message', room: 'general', data: { content: 'hello' } })
  t.match(await ada.next(), { type: 'new_message', room: 'general', sender: BOB, payload: { content: 'hello' }, seq: 2 })
  ada.send({ type: 'typing', room: 'general' })
  t.strictSame(await bob.next(), { type: 'user_typing', room: 'general', sender: ADA, data: { is_typing: true } })
  await ada.request({ type: 'leave_room', room: 'general' })
  t.strictSame(await bob.next('user_left'), { type: 'user_left', room: 'general', sender: ADA, data: ADA })
})

t.test('who gives an id gets it back with the answer, and only then an ack', async (t) => {
  const { bob } = await startMixed(t)
  bob.send({ type: 'publish', room: 'general', data: 1 })
  bob.send({ type: 'publish', room: 'general', data: 2, id: 'p2' })
  t.match(await bob.next(), { type: 'ack', id: 'p2', data: { seq: 2 } })
  bob.send({ type: 'publish', id: 'p3' })
  t.strictSame(await bob.next(), { type: 'error', id: 'p3', data: { code: 'MISSING_ROOM', message: 'room is required' } })
})

t.test('a notification that belongs to a room names it; one to a user does not', async (t) => {
  const { bob, service: { app: { hub } } } = await startMixed(t)
  await hub.toRoom('general', { type: 'bell' })
  t.strictSame(await bob.next(), { type: 'bell', room: 'general', data: null })
  await hub.toUser('bob', { type: 'bell', payload: 1, id: 'b1' })
  t.strictSame(await bob.next(), { type: 'bell', data: 1 })
})

t.test('the dialect is chosen by subprotocol, too, and answered with it', async (t) => {
  const service = await startService(t)
  const bob = await opened(connect(t, service.address, { token: await tokenFor({ sub: 'bob' }), protocols: ['notify.v1'], checksFrames: false }))
  t.equal(bob.socket.protocol, 'notify.v1')
  bob.send({ type: 'ping' })
  t.strictSame(await bob.next(), { type: 'pong', data: null })
})
