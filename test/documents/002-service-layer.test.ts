import { Type } from '@sinclair/typebox'
import t from 'tap'
import { HubError } from '../../src/errors.ts'
import { dial, dialGreeted, dialInto, type GoClient } from './clients/go-client.ts'
import { startPubsub, type PubsubService } from './clients/start-pubsub.ts'

/** Stands in for the service layer of the samples. */
class UserService {
  readonly asked: string[] = []

  async find (id: string): Promise<{ id: string, name: string } | undefined> {
    this.asked.push(id)
    return id === '7' ? { id, name: 'Ada' } : undefined
  }
}

/** Registers `get_user` as the sample does, over a service that is handed in. */
function addGetUser ({ app }: PubsubService, users: UserService): void {
  app.hub.handle('get_user', { schema: Type.Unknown() }, async ({ reply }, request) => {
    const id = Object(request).user_id
    if (typeof id !== 'string') throw new HubError('VALIDATION_FAILED', 'invalid request')
    const user = await users.find(id)
    if (user === undefined) throw new HubError('VALIDATION_FAILED', 'user not found')
    reply('user_data', user)
  })
}

/** A message without its time, and as many as are asked for. */
async function next (client: GoClient, count = 1): Promise<object[]> {
  const messages: object[] = []
  while (messages.length < count) {
    const { timestamp: _, ...message } = await client.read()
    messages.push(message)
  }
  return messages
}

t.test('a custom handler gets client and raw data, asks the service and answers that client alone (S2-07, S2-49, S2-50, S2-53, S2-60)', async (t) => {
  const service = await startPubsub(t)
  const users = new UserService()
  addGetUser(service, users)
  const [{ client: ada }, { client: bob }] = [await dialGreeted(t, service.url), await dialGreeted(t, service.url)]
  ada.write({ type: 'get_user', data: { user_id: '7' } })
  t.strictSame(await next(ada), [{ type: 'user_data', data: { id: '7', name: 'Ada' } }])
  t.same(users.asked, ['7'])
  t.same(await ada.readAll(), [], 'no acknowledgement that these clients do not know')
  t.same(await bob.readAll(), [])
})

t.test('a bad request is answered by the handler in its words, and so is what the service does not find (S2-54)', async (t) => {
  const service = await startPubsub(t)
  addGetUser(service, new UserService())
  const { client } = await dialGreeted(t, service.url)
  for (const data of [null, 'seven', 7, [], {}, { user_id: 7 }]) {
    client.write({ type: 'get_user', data })
    t.strictSame(await next(client), [{ type: 'error', error: 'invalid request' }])
  }
  client.write({ type: 'get_user', data: { user_id: '8' } })
  t.strictSame(await next(client), [{ type: 'error', error: 'user not found' }])
})

t.test('what a handler returns instead of answering comes as its result (S2-49)', async (t) => {
  const { app, url } = await startPubsub(t)
  app.hub.handle('create_order', { schema: Type.Object({ items: Type.Array(Type.String()) }) }, (_context, { items }) => ({ count: items.length }))
  const { client } = await dialGreeted(t, url)
  client.write({ type: 'create_order', data: { items: ['tea', 'cake'] } })
  t.strictSame(await next(client), [{ type: 'ack', data: { result: { count: 2 } } }])
})

t.test('a handler that fails tells no more than that, and the connection stays (S2-49)', async (t) => {
  const { app, url } = await startPubsub(t)
  app.hub.handle('create_order', { schema: Type.Unknown() }, () => { throw new Error('password of the database') })
  const { client } = await dialGreeted(t, url)
  t.match(await client.ask({ type: 'create_order' }), { type: 'error', error: 'Internal server error' })
  t.match(await client.ask({ type: 'ping' }), { type: 'pong' })
})

t.test('any part of the application notifies everybody, or a room (S2-51, S2-52)', async (t) => {
  const { app, url } = await startPubsub(t)
  const [{ client: ada }, { client: bob }] = [await dialInto(t, url, 'chat'), await dialGreeted(t, url)]
  t.match(await app.hub.broadcast({ type: 'notification', payload: { event: 'order_created', data: { id: 7 } } }), { recipients: 2 })
  t.match(await app.hub.toRoom('chat', { type: 'room_update', payload: { topic: 'tea' } }), { recipients: 1 })
  const notification = { type: 'notification', data: { event: 'order_created', data: { id: 7 } } }
  t.strictSame(await next(ada, 2), [notification, { type: 'room_update', room: 'chat', data: { topic: 'tea' } }])
  t.strictSame(await next(bob), [notification])
  t.same(await bob.readAll(), [])
})

t.test('a handler may notify a room from within, and everybody there hears it, who asked among them (S2-49, S2-52)', async (t) => {
  const { app, url } = await startPubsub(t)
  app.hub.handle('create_order', { schema: Type.Unknown() }, async ({ reply, app }, order) => {
    await app.hub.toRoom('orders', { type: 'room_update', payload: order })
    reply('user_response', { ok: true })
  })
  const [{ client: ada }, { client: bob }] = [await dialInto(t, url, 'orders'), await dialInto(t, url, 'orders')]
  ada.write({ type: 'create_order', data: { id: 7 } })
  const update = { type: 'room_update', room: 'orders', data: { id: 7 } }
  t.strictSame(await next(ada, 2), [update, { type: 'user_response', data: { ok: true } }])
  t.strictSame(await next(bob), [update])
})

t.test('a single client is reached by the id of its connected (S2-51, S2-82)', async (t) => {
  const { app, url } = await startPubsub(t)
  const client = await dial(t, url)
  const id = String(Object((await client.read()).data).client_id)
  const { client: other } = await dialGreeted(t, url)
  t.match(await app.hub.toConnection(id, { type: 'notification', payload: 1 }), { recipients: 1 })
  t.strictSame(await next(client), [{ type: 'notification', data: 1 }])
  t.same(await other.readAll(), [])
})
