import t from 'tap'
import { dial, dialGreeted, dialInto } from './clients/go-client.ts'
import type { PubsubMessage } from './clients/pubsub-message.ts'
import { startPubsub } from './clients/start-pubsub.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A message without its time. */
function timeless ({ timestamp: _, ...message }: PubsubMessage): Omit<PubsubMessage, 'timestamp'> {
  return message
}

t.test('a client is greeted with an id made for it and the document\'s words, and nothing else (S2-32)', async (t) => {
  const { url } = await startPubsub(t)
  const message = await (await dial(t, url)).read()
  t.same(Object.keys(message), ['type', 'data', 'timestamp'])
  t.match(message, { type: 'connected', data: { client_id: UUID, message: 'Connected to WebSocket server' } })
  t.same(Object.keys(message.data ?? {}), ['client_id', 'message'])
})

t.test('subscribe names the room twice and counts the clients in it (S2-26, S2-33)', async (t) => {
  const { url } = await startPubsub(t)
  for (const count of [1, 2]) {
    const { client } = await dialGreeted(t, url)
    t.strictSame(timeless(await client.ask({ type: 'subscribe', room: 'chat' })), { type: 'subscribed', room: 'chat', data: { room: 'chat', client_count: count } })
  }
})

t.test('after unsubscribe nothing comes from the room any more (S2-27, S2-34)', async (t) => {
  const { url } = await startPubsub(t)
  const [{ client: ada }, { client: bob }] = [await dialInto(t, url, 'chat'), await dialInto(t, url, 'chat')]
  t.strictSame(timeless(await ada.ask({ type: 'unsubscribe', room: 'chat' })), { type: 'unsubscribed', room: 'chat', data: { room: 'chat' } })
  bob.write({ type: 'publish', room: 'chat', data: 'to nobody' })
  t.same(await bob.readAll(), [])
  t.same(await ada.readAll(), [])
})

t.test('publish reaches the other subscribers of the room as a message, its publisher gets nothing (S2-02, S2-28, S2-35)', async (t) => {
  const { url } = await startPubsub(t)
  const { client: ada, clientId } = await dialInto(t, url, 'chat')
  const { client: bob } = await dialInto(t, url, 'chat')
  const { client: olaf } = await dialInto(t, url, 'elsewhere')
  ada.write({ type: 'publish', room: 'chat', data: { message: 'Hello!' } })
  t.same(await ada.readAll(), [])
  t.strictSame((await bob.readAll()).map(timeless), [{ type: 'message', room: 'chat', data: { message: 'Hello!' }, client_id: clientId }])
  t.same(await olaf.readAll(), [])
})

t.test('who is not subscribed may not publish, before subscribing and after unsubscribing (S2-29)', async (t) => {
  const { url } = await startPubsub(t)
  const { client: bob } = await dialInto(t, url, 'chat')
  const { client } = await dialGreeted(t, url)
  const publication = { type: 'publish', room: 'chat', data: 1 }
  const refusal = { type: 'error', error: 'not subscribed to this room' }
  t.strictSame(timeless(await client.ask(publication)), refusal)
  await client.ask({ type: 'subscribe', room: 'chat' })
  await client.ask({ type: 'unsubscribe', room: 'chat' })
  t.strictSame(timeless(await client.ask(publication)), refusal)
  t.same(await bob.readAll(), [])
})

t.test('broadcast reaches everybody else as a message without a room, subscribed or not (S2-03, S2-30, S2-35)', async (t) => {
  const { url } = await startPubsub(t)
  const { client: ada, clientId } = await dialGreeted(t, url)
  const others = [await dialInto(t, url, 'chat'), await dialGreeted(t, url)]
  ada.write({ type: 'broadcast', data: 'to all' })
  t.same(await ada.readAll(), [])
  for (const { client } of others) t.strictSame((await client.readAll()).map(timeless), [{ type: 'message', data: 'to all', client_id: clientId }])
})

t.test('ping is answered with a time and nothing else, to who asked (S2-31, S2-37)', async (t) => {
  const { url } = await startPubsub(t)
  const [{ client: ada }, { client: bob }] = [await dialGreeted(t, url), await dialGreeted(t, url)]
  t.strictSame(timeless(await ada.ask({ type: 'ping' })), { type: 'pong' })
  t.same(await bob.readAll(), [])
})

t.test('every message has its time in whole milliseconds, the moment it was made, never earlier than the one before (S2-38)', async (t) => {
  const start = Date.now()
  const { url } = await startPubsub(t)
  const bob = await dial(t, url)
  const messages = [await bob.read(), await bob.ask({ type: 'subscribe', room: 'chat' })]
  const { client: ada } = await dialInto(t, url, 'chat')
  ada.write({ type: 'publish', room: 'chat', data: 1 })
  ada.write({ type: 'broadcast', data: 2 })
  messages.push(await bob.read(), await bob.read(), await bob.ask({ type: 'dance' }), await bob.ask({ type: 'ping' }))
  messages.push(await bob.ask({ type: 'unsubscribe', room: 'chat' }))
  t.same(messages.map(({ type }) => type), ['connected', 'subscribed', 'message', 'message', 'error', 'pong', 'unsubscribed'])
  const times = messages.map(({ timestamp }) => timestamp)
  t.ok(times.every((time) => Number.isInteger(time) && time >= start && time <= Date.now()))
  t.same(times, [...times].sort((a, b) => a - b))
})

t.test('data may be any JSON, in a room and to all, and arrives as it was sent (S2-25, S2-81)', async (t) => {
  const { url } = await startPubsub(t)
  const [{ client: ada }, { client: bob }] = [await dialInto(t, url, 'chat'), await dialInto(t, url, 'chat')]
  const objects = [{ message: 'Hello!' }, {}, [], [1, [null, { a: [] }]], { type: 'error', client_id: 'me', room: 'x' }]
  const values = [...objects, 'text', '', 'Ž\u2028😀"\\\n', 0, -1.5e300, true, false, null]
  for (const data of values) {
    ada.write({ type: 'publish', room: 'chat', data })
    t.strictSame((await bob.read()).data, data)
    ada.write({ type: 'broadcast', data })
    t.strictSame((await bob.read()).data, data)
  }
})

t.test('a message without data is one with null', async (t) => {
  const { url } = await startPubsub(t)
  const [{ client: ada }, { client: bob }] = [await dialInto(t, url, 'chat'), await dialInto(t, url, 'chat')]
  ada.writeText('{"type":"publish","room":"chat"}')
  t.match(await bob.read(), { type: 'message', room: 'chat', data: null })
})

t.test('the server alone says who sends and when: what a client puts there changes nothing (S2-75, S2-82)', async (t) => {
  const { url } = await startPubsub(t)
  const { client: ada, clientId } = await dialInto(t, url, 'chat')
  const { client: bob, clientId: bobId } = await dialInto(t, url, 'chat')
  const start = Date.now()
  ada.write({ type: 'publish', room: 'chat', data: 1, client_id: bobId, timestamp: 5, error: 'made up' })
  const message = await bob.read()
  t.strictSame(timeless(message), { type: 'message', room: 'chat', data: 1, client_id: clientId })
  t.ok(message.timestamp >= start)
})
