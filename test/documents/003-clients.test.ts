import t from 'tap'
import { connect } from '../client.ts'
import { tokenFor, until, type TestService } from '../helper.ts'
import { EventsClient, runTestScript } from './clients/events-client.ts'
import { enter, heardBy, knock, readEvent, startEvents } from './clients/events-peer.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const WELCOME = 'Welcome to WebSocket real-time updates'

function urlOf ({ address }: TestService): string {
  return `${address.replace('http', 'ws')}/ws`
}

t.test('the connecting client is told connection.established in the document\'s words, with a real time (S3-02, S3-09, S3-18, S3-23, S3-24, S3-52, X30, X47)', async (t) => {
  const service = await startEvents(t)
  const startedAt = Date.now()
  const text = await (await knock(t, service, { sub: 123, role: 'user' })).hearText()
  const { data, timestamp } = readEvent(text)
  t.strictSame(JSON.parse(text), {
    type: 'connection.established', data: { client_id: data['client_id'], message: WELCOME, role: 'user', user_id: 123 }, timestamp
  })
  t.match(data['client_id'], UUID)
  t.ok(Date.parse(timestamp) >= startedAt && Date.parse(timestamp) <= Date.now())
})

t.test('only the connecting client is told, and each connection has an id of its own (S3-04, S3-09, S3-57)', async (t) => {
  const service = await startEvents(t)
  const user = await knock(t, service, { sub: 123 })
  const { data: first } = await user.hear()
  const tab = await knock(t, service, { sub: 123 })
  const { data: second } = await tab.hear()
  t.not(first['client_id'], second['client_id'])
  t.same(await heardBy(service, { user, tab }), { user: [], tab: [] })
})

t.test('a user id is a number where the token has one, and a text where it has that (S3-08, S3-19, S3-23, X24, X25)', async (t) => {
  const service = await startEvents(t)
  for (const [claims, id] of [[{ sub: 123 }, 123], [{ user_id: 0 }, 0], [{ sub: '123' }, '123'], [{ sub: 'ada' }, 'ada'], [{ user_id: '7' }, '7']] as const) {
    t.strictSame((await (await knock(t, service, claims)).hear()).data['user_id'], id)
  }
})

t.test('a number and a text that look the same are one user (S3-34, X24)', async (t) => {
  const service = await startEvents(t)
  const peers = { number: await enter(t, service, { sub: 123 }), text: await enter(t, service, { sub: '123' }) }
  t.match(await service.app.hub.notify.profileUpdated({ user_id: 123, changes: ['name'] }), { recipients: 2 })
  t.match(await service.app.hub.notify.profileUpdated({ user_id: '123', changes: ['name'] }), { recipients: 2 })
  t.match(await heardBy(service, peers), { number: { length: 2 }, text: { length: 2 } })
})

t.test('the script of the document prints its sequence: connecting, connected, message received, timeout, disconnected (S3-41, S3-49, S3-50, S3-51, S3-52, S3-59)', async (t) => {
  const service = await startEvents(t, { WS_PING_PERIOD: '50ms', WS_PONG_WAIT: '400ms' })
  const lines: string[] = []
  // Longer than a silent peer would last.
  await runTestScript({ url: urlOf(service), token: await tokenFor({ sub: 123 }), listensForMs: 1_000, print: (line) => lines.push(line) })
  t.same(lines.map((line) => line.split(':')[0]), ['connecting', 'connected', 'message received', 'timeout', 'disconnected'])
  t.match(lines[2], WELCOME)
  t.equal(lines[4], 'disconnected: 1000')
  await until(() => service.app.hub.size === 0)
})

t.test('without a good token the script gets no further than its first line: 401 (S3-05, S3-64, S3-71)', async (t) => {
  const service = await startEvents(t)
  const lines: string[] = []
  await runTestScript({ url: urlOf(service), token: 'eyJ', listensForMs: 0, print: (line) => lines.push(line) })
  t.same(lines, ['connecting', 'error: Unexpected server response: 401', 'disconnected: 1006'])
})

t.test('when its token ends a client is closed with 1008, gets a new one and is back (S3-67)', async (t) => {
  const service = await startEvents(t)
  const heard: string[] = []
  const refreshToken = async (): Promise<string> => await tokenFor({ sub: 123 })
  const token = await tokenFor({ sub: 123, exp: Math.floor(Date.now() / 1000) + 2 })
  const client = new EventsClient({ url: urlOf(service), token, refreshToken, onEvent: ({ type }) => heard.push(type) })
  t.teardown(() => client.disconnect())
  await until(() => heard.length === 2)
  t.same(client.closes, [1008])
  // Of the end of the token nothing is said beforehand that the document does not know.
  t.same(heard, ['connection.established', 'connection.established'])
})

t.test('connections of which nothing is ever heard stay, as long as they answer pings (S3-39, S3-40, S3-41, S3-58)', async (t) => {
  const service = await startEvents(t, { WS_PING_PERIOD: '50ms', WS_PONG_WAIT: '500ms' })
  const peer = await enter(t, service, { sub: 123 })
  let pings = 0
  peer.socket.on('ping', () => { pings += 1 })
  const silent = connect(t, service.address, { token: await tokenFor({ sub: 456 }), autoPong: false, checksFrames: false })
  t.match(await silent.closed, { code: 1006 })
  await until(() => pings >= 20)
  t.match(await heardBy(service, { peer }), { peer: [] })
})

t.test('the document\'s clients send nothing; one that does is answered in the same envelope (S3-18, S3-76, X10)', async (t) => {
  const service = await startEvents(t, { WS_CLIENT_PUBLISH: 'false' })
  const peer = await enter(t, service, { sub: 123 })
  peer.say({ type: 'send_message', room: 'chat', data: { content: 'hello' } })
  t.match(await peer.hear(), { type: 'error', data: { code: 'FORBIDDEN', message: 'clients may not publish here' } })
  peer.say('{')
  t.match(await peer.hear(), { type: 'error', data: { code: 'INVALID_FORMAT' } })
})
