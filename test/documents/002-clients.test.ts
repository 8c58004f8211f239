import t from 'tap'
import { getJson, startService, until } from '../helper.ts'
import { freePort } from '../support/free-port.ts'
import { dial } from './clients/go-client.ts'
import { WebSocketClient, type HandledMessage } from './clients/pubsub-client.ts'
import { socketUrl, startPubsub, type PubsubService } from './clients/start-pubsub.ts'

/** The JavaScript client as a page of the document has it, with all that it was told. */
async function join ({ url }: PubsubService, room: string): Promise<{ client: WebSocketClient, told: HandledMessage[] }> {
  const client = new WebSocketClient(url)
  const told: HandledMessage[] = []
  const note = (message: HandledMessage): void => { told.push(message) }
  for (const type of ['connected', 'subscribed', 'unsubscribed', 'message', 'error']) client.on(type, note)
  await client.connect()
  client.subscribe(room)
  await until(() => told.length === 2)
  return { client, told }
}

t.test('the JavaScript client connects by a promise and is told what it has handlers for (S2-45, S2-46)', async (t) => {
  const { url } = await startPubsub(t)
  const client = new WebSocketClient(url)
  const types: string[] = []
  const note = ({ type }: HandledMessage): void => { types.push(type) }
  t.equal(client.on('connected', note).on('subscribed', note), client, 'on() chains')
  t.equal(await client.connect(), undefined)
  client.subscribe('chat')
  await until(() => types.length === 2)
  t.same(types, ['connected', 'subscribed'])
  client.close()
})

t.test('two JavaScript clients subscribe, publish, broadcast, unsubscribe and close (S2-02, S2-03, S2-11, S2-46)', async (t) => {
  const service = await startPubsub(t)
  const [ada, bob] = [await join(service, 'chat'), await join(service, 'chat')]
  const adaId = clientIdOf(ada.told)
  ada.client.publish('chat', { message: 'Hello!' })
  ada.client.broadcast(['to', 'all'])
  await until(() => bob.told.length === 4)
  t.match(bob.told.slice(2), [
    { type: 'message', room: 'chat', data: { message: 'Hello!' }, client_id: adaId },
    { type: 'message', room: undefined, data: ['to', 'all'], client_id: adaId }
  ])
  bob.client.unsubscribe('chat')
  bob.client.publish('chat', 'no more')
  await until(() => bob.told.length === 6)
  t.match(bob.told.slice(4), [{ type: 'unsubscribed', room: 'chat' }, { type: 'error', error: 'not subscribed to this room' }])
  t.equal(ada.told.length, 2, 'nobody hears himself')
  for (const { client } of [ada, bob]) client.close()
  await until(() => service.app.hub.size === 0)
  t.match(await getJson(service, '/health'), { body: { status: 'healthy', clients: 0, rooms: 0 } })
})

t.test('connect() rejects where nobody listens, and where there is no such path (S2-45)', async (t) => {
  const service = await startPubsub(t)
  await t.rejects(new WebSocketClient(`ws://127.0.0.1:${await freePort()}/ws`).connect(), { code: 'ECONNREFUSED' })
  await t.rejects(new WebSocketClient(service.url.replace(/ws$/, 'nothing')).connect(), /404/)
})

t.test('a client that does not reconnect is forgotten with all its rooms when it is gone (S2-47)', async (t) => {
  const service = await startPubsub(t)
  const [ada, bob] = [await join(service, 'chat'), await join(service, 'chat')]
  await service.app.hub.disconnect({ connections: [clientIdOf(ada.told)] })
  await until(() => service.app.hub.size === 1)
  t.match(await service.app.rooms.list(), [{ room: 'chat', connections: 1 }])
  bob.client.close()
})

t.test('the Go client reads connected, subscribes and loops: each message fits its struct (S2-48)', async (t) => {
  const { app, url } = await startPubsub(t)
  const client = await dial(t, url)
  const first = await client.read()
  t.match(first, { type: 'connected', timestamp: Number })
  client.write({ type: 'subscribe', room: 'chat' })
  const script: Array<() => unknown> = [
    () => client.write({ type: 'dance' }),
    () => client.write({ type: 'ping' }),
    () => app.hub.toRoom('chat', { type: 'room_update', payload: { at: 1 } }),
    () => app.hub.broadcast({ type: 'notification', payload: { event: 'order_created', data: { id: 7 } } }),
    () => client.write({ type: 'unsubscribe', room: 'chat' })
  ]
  const read: string[] = []
  for (let message = await client.read(); message.type !== 'unsubscribed'; message = await client.read()) {
    read.push(`${message.type} ${message.room ?? '-'} ${message.error ?? '-'}`)
    await script.shift()?.()
  }
  t.same(read, ['subscribed chat -', 'error - unknown message type', 'pong - -', 'room_update chat -', 'notification - -'])
})

t.test('beside clients of today, one asks for the words of the document by subprotocol or in its address (S2-32, S2-48)', async (t) => {
  const service = await startService(t, { WS_AUTH: 'optional' })
  const url = socketUrl(service)
  const clients = [await dial(t, url, ['pubsub.v1']), await dial(t, `${url}?dialect=pubsub.v1`)]
  for (const client of clients) {
    t.match(await client.read(), { type: 'connected', data: { message: 'Connected to WebSocket server' } })
    t.match(await client.ask({ type: 'subscribe', room: 'chat' }), { type: 'subscribed', room: 'chat' })
  }
  await t.rejects((await dial(t, url)).read(), /does not fit into the message struct/, 'nobody else gets them')
})

t.test('what the service came to know since then never reaches these clients in words they do not have (S2-48)', async (t) => {
  const service = await startPubsub(t, { WS_MESSAGE_RATE: '5', WS_MESSAGE_BURST: '10' })
  const client = await dial(t, service.url)
  client.write({ type: 'subscribe', room: 'chat' })
  client.write({ type: 'publish', room: 'chat', data: 1 })
  client.write({ type: 'broadcast', data: 2 })
  // Far enough below the limit for a warning.
  for (let index = 0; index < 6; index += 1) client.write({ type: 'ping' })
  const types: string[] = []
  for (let index = 0; index < 8; index += 1) types.push((await client.read()).type)
  t.same(types, ['connected', 'subscribed', ...Array<string>(6).fill('pong')])
  const ended = client.ended()
  await service.app.drain.run()
  t.equal(await ended, 1012)
  await t.rejects(client.read(), /the connection has ended/)
})

function clientIdOf (told: readonly HandledMessage[]): string {
  const { data } = told[0] ?? {}
  return typeof data === 'object' && data !== null && 'client_id' in data ? String(data.client_id) : ''
}
