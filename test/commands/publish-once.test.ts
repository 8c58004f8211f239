import t from 'tap'
import { connectAs, memberOf, startService } from '../helper.ts'

const hello = { type: 'publish', room: 'general', id: 'once', payload: { content: 'hello' } }

t.test('a publish with the same id is delivered once, and answered like the first one', async (t) => {
  const service = await startService(t)
  const [ada, bob] = [await memberOf(t, service, 'ada', 'general'), await memberOf(t, service, 'bob', 'general')]
  const { payload: first } = await ada.request(hello)
  t.strictSame((await ada.request(hello)).payload, { ...first, duplicate: true })
  t.equal((await bob.drain()).length, 1)
})

t.test('that holds after a reconnect, too: that is what the id is for', async (t) => {
  const service = await startService(t)
  const [ada, bob] = [await memberOf(t, service, 'ada', 'general'), await memberOf(t, service, 'bob', 'general')]
  const { payload: first } = await ada.request(hello)
  ada.socket.terminate()
  const back = await memberOf(t, service, 'ada', 'general')
  t.strictSame((await back.request(hello)).payload, { ...first, duplicate: true })
  t.strictSame((await bob.drain()).map(({ type }) => type), ['message'])
})

t.test('the same id with other content is refused, and nothing is delivered', async (t) => {
  const service = await startService(t)
  const [ada, bob] = [await memberOf(t, service, 'ada', 'general'), await memberOf(t, service, 'bob', 'general')]
  await ada.request(hello)
  for (const other of [{ payload: { content: 'bye' } }, { type: 'send_message' }]) {
    t.match(await ada.request({ ...hello, ...other }), { type: 'error', payload: { code: 'INVALID_PAYLOAD', message: /^\/id: / } })
  }
  t.equal((await bob.drain()).length, 1)
})

t.test('the same id in another room, and of another user, is another message', async (t) => {
  const service = await startService(t, { WS_CLIENT_BROADCAST: 'all' })
  const [ada, bob] = [await memberOf(t, service, 'ada', 'general'), await memberOf(t, service, 'bob', 'general')]
  for (const client of [ada, bob]) await client.request({ type: 'join_room', room: 'other' })
  const listener = await connectAs(t, service, 'eve')
  for (const room of ['general', 'other']) await listener.request({ type: 'subscribe', room })
  for (const [client, room] of [[ada, 'general'], [ada, 'other'], [bob, 'general']] as const) await client.request({ ...hello, room })
  await ada.request({ ...hello, type: 'broadcast' })
  t.equal((await listener.drain()).length, 4)
})
