import t from 'tap'
import { tokenFor, until, type Claims, type Teardown, type TestService } from '../helper.ts'
import { freePort } from '../support/free-port.ts'
import { WSClient, type Heard } from './clients/flat-client.ts'
import { startFlat } from './clients/flat-peer.ts'

/** The second before the first attempt to come back becomes a millisecond. */
const QUICK = 0.001

/** A client of the document with handlers for all that it knows, and what they heard. */
async function clientAt (t: Teardown, { address }: Pick<TestService, 'address'>, user: string | Claims, unitMs = QUICK) {
  const token = await tokenFor(typeof user === 'string' ? { sub: user } : user)
  const client = new WSClient(`${address.replace('http', 'ws')}/api/v1/ws`, token, { unitMs })
  t.teardown(() => client.giveUp())
  const heard: Heard[] = []
  for (const type of ['system', 'message', 'typing', 'pong']) client.on(type, (frame) => heard.push(frame))
  return { client, heard }
}

/** The same, connected and greeted. */
async function connected (t: Teardown, service: Pick<TestService, 'address'>, user: string, unitMs?: number) {
  const person = await clientAt(t, service, user, unitMs)
  person.client.connect()
  await until(() => person.heard.length === 1)
  return person
}

t.test('the sample session: connect, join, talk, type, leave, disconnect (S4-45, S4-49, S4-51, S4-53, S4-54, S4-55)', async (t) => {
  const service = await startFlat(t)
  const [ada, bob] = [await connected(t, service, 'ada'), await connected(t, service, 'bob')]
  const lines: string[] = []
  bob.client.on('system', ({ message }) => lines.push(`[System] ${String(message)}`))
  bob.client.on('message', ({ from, text }) => lines.push(`${String(from)}: ${String(text)}`))
  bob.client.on('typing', ({ user_id: user }) => lines.push(`${String(user)} is typing...`))
  bob.client.joinRoom('general')
  await until(() => lines.length === 1)
  ada.client.joinRoom('general')
  ada.client.send('typing', { room: 'general', is_typing: true })
  ada.client.sendMessage('general', 'Hello everyone!')
  ada.client.send('typing', { room: 'general', is_typing: false })
  ada.client.leaveRoom('general')
  await until(() => lines.length === 6)
  t.same(lines, ['[System] bob joined', '[System] ada joined', 'ada is typing...', 'ada: Hello everyone!', 'ada is typing...', '[System] ada left'])
  t.strictSame(ada.heard.slice(1), [
    { type: 'system', message: 'ada joined', room: 'general', members: ['bob', 'ada'] },
    { type: 'message', from: 'ada', room: 'general', text: 'Hello everyone!' }
  ])
})

t.test('send spreads its data at the top of the frame (S4-45)', async (t) => {
  const service = await startFlat(t)
  const { client, heard } = await connected(t, service, 'ada')
  client.joinRoom('chat')
  client.send('message', { room: 'chat', text: 'hello' })
  client.send('ping')
  await until(() => heard.length === 4)
  t.same(heard.map(({ type }) => type), ['system', 'system', 'message', 'pong'])
})

t.test('disconnect closes with 1000 «Client disconnect», and the client stays away (S4-47)', async (t) => {
  const service = await startFlat(t)
  const { client } = await connected(t, service, 'ada')
  client.disconnect()
  await until(() => service.app.hub.size === 0)
  t.match(service.logs.find(({ msg }) => msg?.startsWith('WebSocket disconnected')), { code: 1000, reason: 'Client disconnect' })
  t.same(client.delays, [])
})

t.test('after every other end the client comes back and is greeted anew (S4-47, S4-57)', async (t) => {
  const service = await startFlat(t)
  const { client, heard } = await connected(t, service, 'ada')
  const ends = [() => client.cut(), async () => await service.app.hub.disconnect('ada'), () => client.send('x'.repeat(300_000))]
  for (const [index, end] of ends.entries()) {
    await end()
    await until(() => heard.length === index + 2)
    t.match(heard.at(-1), { message: 'Connected successfully' })
  }
  // Each time the first pause: an open connection begins the count anew.
  t.same(client.delays, [1_000, 1_000, 1_000])
})

t.test('a restarted service gets its clients back (S4-46, S4-57)', async (t) => {
  const port = String(await freePort())
  const first = await startFlat(t, { PORT: port, WS_DRAIN_TIMEOUT: '0s' })
  // Five attempts take six seconds, more than a start.
  const { heard } = await connected(t, first, 'ada', 0.2)
  await first.app.close()
  await startFlat(t, { PORT: port })
  await until(() => heard.length === 2)
  t.match(heard.at(-1), { message: 'Connected successfully' })
})

t.test('where nobody answers it gives up after five attempts, with doubled pauses (S4-46)', async (t) => {
  const { client } = await clientAt(t, { address: `http://127.0.0.1:${await freePort()}` }, 'ada')
  client.connect()
  await until(() => client.delays.length === 5)
  t.same(client.delays, [1_000, 2_000, 4_000, 8_000, 16_000])
})

t.test('a client with a bad token is closed with 4001 each time, and hears nothing (S4-47, S4-52)', async (t) => {
  const service = await startFlat(t)
  const { client, heard } = await clientAt(t, service, { sub: 'ada', exp: 1 })
  client.connect()
  await until(() => client.closes.length >= 3)
  client.giveUp()
  t.same(client.closes.slice(0, 3), [4001, 4001, 4001])
  t.same(heard, [])
  t.equal(service.app.hub.size, 0)
})

t.test('what is sent before the connection is open is lost without a word, as in the sample, and does no harm (S4-48, S4-61)', async (t) => {
  const service = await startFlat(t)
  const { client, heard } = await clientAt(t, service, 'ada')
  client.joinRoom('chat')
  client.connect()
  client.joinRoom('chat')
  await until(() => heard.length === 1)
  client.send('ping')
  await until(() => heard.length === 2)
  t.same(heard.map(({ type }) => type), ['system', 'pong'])
  t.same(await service.app.rooms.list(), [])
})
