import t from 'tap'
import { getJson, tokenFor } from '../helper.ts'
import { freePort } from '../support/free-port.ts'
import { Wscat } from '../support/wscat.ts'
import { readMessage } from './clients/pubsub-message.ts'
import { startCommand } from './clients/start-command.ts'
import { socketUrl, startPubsub } from './clients/start-pubsub.ts'

const QUICK_START = { WEBSOCKET_ENABLED: 'true', WEBSOCKET_HOST: '127.0.0.1', WS_DIALECT: 'pubsub.v1', WS_AUTH: 'optional', WS_CLIENT_BROADCAST: 'all' }

t.test('the quick start: two settings, one command, wscat without a token, two terminals in chat (S2-08, S2-09, S2-10, S2-11, S2-13, S2-14)', async (t) => {
  const port = await freePort()
  const { address } = await startCommand(t, { ...QUICK_START, WEBSOCKET_PORT: String(port) })
  t.equal(address, `http://127.0.0.1:${port}`)
  const [first, second] = [new Wscat(t, ['-c', socketUrl({ address })]), new Wscat(t, ['-c', socketUrl({ address })])]
  const ids: unknown[] = []
  for (const terminal of [first, second]) {
    const { type, data } = readMessage(JSON.stringify(await terminal.next()))
    t.match({ type, data }, { type: 'connected', data: { client_id: String, message: 'Connected to WebSocket server' } })
    ids.push(Object(data).client_id)
    terminal.type('{"type": "subscribe", "room": "chat"}')
    t.match(await terminal.next(), { type: 'subscribed', room: 'chat' })
  }
  second.type('{"type": "publish", "room": "chat", "data": {"message": "Hello!"}}')
  t.match(await first.next(), { type: 'message', room: 'chat', data: { message: 'Hello!' }, client_id: ids[1], timestamp: Number })
  first.type('{"type": "broadcast", "data": {"message": "Hello, all!"}}')
  t.match(await second.next(), { type: 'message', room: undefined, data: { message: 'Hello, all!' }, client_id: ids[0] })
  second.type('{"type": "ping"}')
  t.match(await second.next(), { type: 'pong' })
})

t.test('curl sees health with the counts, wscat connects with an Authorization header (S2-06, S2-58, S2-59)', async (t) => {
  const { address, url } = await startPubsub(t, { WS_AUTH: 'required' })
  const health = await getJson({ address }, '/health')
  t.match(health, { status: 200, body: { status: 'healthy', clients: 0, rooms: 0 } })
  t.same(Object.keys(health.body).slice(0, 3), ['status', 'clients', 'rooms'])
  t.match(await new Wscat(t, ['-c', url]).ended, { errors: /401/ })
  const terminal = new Wscat(t, ['-c', url, '-H', `Authorization: Bearer ${await tokenFor({ sub: 'ada' })}`])
  t.match(await terminal.next(), { type: 'connected' })
  terminal.type('{"type": "subscribe", "room": "chat"}')
  t.match(await terminal.next(), { type: 'subscribed' })
  t.match(await getJson({ address }, '/health'), { body: { status: 'healthy', clients: 1, rooms: 1 } })
})

t.test('a terminal sees each error in the document\'s words (S2-39, S2-40, S2-41, S2-42)', async (t) => {
  const { url } = await startPubsub(t)
  const terminal = new Wscat(t, ['-c', url])
  await terminal.next()
  const answers = [
    ['{type: "ping"}', 'invalid JSON format'],
    ['{"type": "dance"}', 'unknown message type'],
    ['{"type": "subscribe"}', 'room name is required'],
    ['{"type": "publish", "room": "chat", "data": {}}', 'not subscribed to this room']
  ] as const
  for (const [line, error] of answers) {
    terminal.type(line)
    t.match(await terminal.next(), { type: 'error', error, timestamp: Number }, line)
  }
})
