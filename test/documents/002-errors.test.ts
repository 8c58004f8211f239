import { Type } from '@sinclair/typebox'
import t from 'tap'
import { HubError } from '../../src/errors.ts'
import { refusedHandshake } from '../client.ts'
import { dial, dialGreeted, dialInto, type GoClient } from './clients/go-client.ts'
import { WebSocketClient } from './clients/pubsub-client.ts'
import { startPubsub } from './clients/start-pubsub.ts'

/** The text of the next message, which has to be an error with nothing but that text and a time. */
async function refusal (client: GoClient): Promise<string | undefined> {
  const message = await client.read()
  if (Object.keys(message).join() !== 'type,error,timestamp' || message.type !== 'error') throw new Error(`expected a bare error, got ${JSON.stringify(message)}`)
  return message.error
}

t.test('what is not JSON, or no object, is an invalid format, and the connection stays (S2-36, S2-39)', async (t) => {
  const { url } = await startPubsub(t)
  const { client } = await dialGreeted(t, url)
  for (const text of ['hello', '{"type":"ping"', '[]', '"ping"', '']) {
    client.writeText(text)
    t.equal(await refusal(client), 'invalid JSON format', text)
  }
  t.match(await client.ask({ type: 'ping' }), { type: 'pong' })
})

t.test('a type that nobody knows, or none at all, is an unknown message type (S2-36, S2-40, S2-55)', async (t) => {
  const { url } = await startPubsub(t)
  const { client } = await dialGreeted(t, url)
  for (const text of ['{"type":"dance"}', '{"type":""}', '{"room":"chat","data":1}', '{"type":"connected"}', '{"type":"constructor"}', '{}']) {
    client.writeText(text)
    t.equal(await refusal(client), 'unknown message type', text)
  }
})

t.test('subscribe, unsubscribe and publish need a room: empty is as good as none (S2-36, S2-41)', async (t) => {
  const { url } = await startPubsub(t)
  const { client } = await dialGreeted(t, url)
  for (const type of ['subscribe', 'unsubscribe', 'publish']) {
    for (const text of [`{"type":"${type}"}`, `{"type":"${type}","room":""}`, `{"type":"${type}","room":null,"data":{"message":"Hello!"}}`]) {
      client.writeText(text)
      t.equal(await refusal(client), 'room name is required', text)
    }
  }
})

t.test('publishing to a room that one is not in is refused with its text (S2-36, S2-42)', async (t) => {
  const { url } = await startPubsub(t)
  const { client } = await dialInto(t, url, 'chat')
  client.write({ type: 'publish', room: 'other', data: 1 })
  t.equal(await refusal(client), 'not subscribed to this room')
})

t.test('a room takes as many as the setting says; who leaves makes room (S2-23, S2-43)', async (t) => {
  const { url } = await startPubsub(t, { WEBSOCKET_LIMITS_MAX_CONNECTIONS_PER_ROOM: '1' })
  const [{ client: ada }, { client: bob }] = [await dialInto(t, url, 'chat'), await dialGreeted(t, url)]
  bob.write({ type: 'subscribe', room: 'chat' })
  t.equal(await refusal(bob), 'room is at maximum capacity')
  t.match(await bob.ask({ type: 'subscribe', room: 'other' }), { type: 'subscribed', room: 'other' })
  await ada.ask({ type: 'unsubscribe', room: 'chat' })
  t.match(await bob.ask({ type: 'subscribe', room: 'chat' }), { type: 'subscribed', data: { client_count: 1 } })
})

t.test('a server takes as many as the setting says: the handshake is refused with the text, and connect() rejects (S2-22, S2-44, S2-45)', async (t) => {
  const service = await startPubsub(t, { WEBSOCKET_LIMITS_MAX_CONNECTIONS: '1' })
  const { client } = await dialGreeted(t, service.url)
  t.match(await refusedHandshake(t, service.address), { status: 503, body: { error: 'server is at maximum capacity' } })
  await t.rejects(new WebSocketClient(service.url).connect(), /503/)
  await t.rejects(dial(t, service.url), /503/)
  t.match(await client.ask({ type: 'ping' }), { type: 'pong' })
})

t.test('a handler of the application refuses a bad request with a text of its own, and is asked again (S2-54, S2-55)', async (t) => {
  const { app, url } = await startPubsub(t)
  app.hub.handle('create_order', { schema: Type.Unknown() }, ({ reply }, order) => {
    if (order === null) throw new HubError('VALIDATION_FAILED', 'invalid request')
    reply('user_response', { order })
  })
  const { client } = await dialGreeted(t, url)
  client.write({ type: 'create_order' })
  t.equal(await refusal(client), 'invalid request')
  t.match(await client.ask({ type: 'create_order', data: { id: 7 } }), { type: 'user_response', data: { order: { id: 7 } } })
  client.write({ type: 'create_orders' })
  t.equal(await refusal(client), 'unknown message type')
})

t.test('who may not broadcast, sends too much or too fast is told in words, too (S2-18, S2-36, S2-74)', async (t) => {
  const { url } = await startPubsub(t, { WS_CLIENT_BROADCAST: 'off', WEBSOCKET_MAX_MESSAGE_SIZE: '1000', WS_MESSAGE_RATE: '1', WS_MESSAGE_BURST: '3' })
  const { client } = await dialGreeted(t, url)
  client.write({ type: 'broadcast', data: 1 })
  t.equal(await refusal(client), 'broadcasting is not allowed')
  client.write({ type: 'broadcast', data: 'x'.repeat(1000) })
  t.match(await refusal(client), /^the frame has \d+ bytes, at most 1000 are allowed$/)
  for (let index = 0; index < 20; index += 1) client.write({ type: 'ping' })
  let answer = await client.read()
  while (answer.type === 'pong') answer = await client.read()
  t.match(answer, { type: 'error', error: /too many messages/ })
})
