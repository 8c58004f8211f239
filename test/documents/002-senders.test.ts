import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { dialects } from '../../src/protocol/dialects/index.ts'
import { connect, type TestClient } from '../client.ts'
import { tokenFor, type Teardown, type TestService } from '../helper.ts'
import { startNodes } from '../support/nodes.ts'
import { dialGreeted, dialInto } from './clients/go-client.ts'
import { PUBSUB_SETTINGS, socketUrl, startPubsub } from './clients/start-pubsub.ts'

/** Someone who is in the room and speaks another dialect. */
interface Speaker {
  readonly client: TestClient
  /** What the service calls the connection; in `hub.v1` it is also what its `connected` says. */
  readonly id: string
}

/** The client as soon as it may send; not every dialect greets. */
async function opened (client: TestClient): Promise<TestClient> {
  await once(client.socket, 'open')
  return client
}

/** Lets a user in by a dialect of its choice, and into a room. */
async function speaker (t: Teardown, service: TestService, dialect: string, room: string): Promise<Speaker> {
  const user = `user-${randomUUID()}`
  const client = await opened(connect(t, service.address, { token: await tokenFor({ sub: user }), path: `/ws?dialect=${dialect}`, checksFrames: false }))
  await client.request({ type: 'join_room', room })
  const [connection] = service.app.hub.ofUser(user)
  return { client, id: connection?.id ?? '' }
}

/** What a speaker of any dialect can say so that a room hears it. */
function say ({ client }: Speaker, dialect: string, room: string, text: string): void {
  if (dialect === 'flat.v1') client.send({ type: 'message', room, text })
  else client.send({ type: 'send_message', room, payload: { content: text }, data: { content: text } })
}

t.test('two connections of one user have an id each, and messages show which of them spoke (S2-82)', async (t) => {
  const { url } = await startPubsub(t)
  const address = `${url}?token=${await tokenFor({ sub: 'ada' })}`
  const [first, second] = [await dialInto(t, address, 'chat'), await dialInto(t, address, 'chat')]
  t.not(first.clientId, second.clientId)
  first.client.write({ type: 'publish', room: 'chat', data: 1 })
  t.match(await second.client.read(), { data: 1, client_id: first.clientId })
  second.client.write({ type: 'broadcast', data: 2 })
  t.match(await first.client.read(), { data: 2, client_id: second.clientId })
})

t.test('of a speaker of hub.v1 it shows the id of its own connected, in the room and to all (S2-35, S2-82)', async (t) => {
  const service = await startPubsub(t)
  const { client: reader } = await dialInto(t, service.url, 'chat')
  const ada = connect(t, service.address, { token: await tokenFor({ sub: 'ada' }), path: '/ws?dialect=hub.v1' })
  const { client_id: id } = (await ada.next('connected')).payload
  await ada.request({ type: 'join_room', room: 'chat' })
  await ada.request({ type: 'send_message', room: 'chat', payload: { content: 'hello' } })
  t.match(await reader.read(), { type: 'message', room: 'chat', data: { content: 'hello' }, client_id: id })
  await ada.request({ type: 'publish', room: 'chat', payload: 'hello' })
  t.match(await reader.read(), { type: 'message', room: 'chat', data: 'hello', client_id: id })
  await ada.request({ type: 'broadcast', payload: 'hello' })
  t.match(await reader.read(), { type: 'message', room: undefined, data: 'hello', client_id: id })
})

t.test('of a speaker of any dialect it shows the id of the connection, over two nodes and in a replay (S2-82)', async (t) => {
  const { nodes: [here, there] } = await startNodes(t, PUBSUB_SETTINGS)
  // Someone who knows the place, as these clients cannot.
  const witness = await opened(connect(t, there.address, { path: '/ws?dialect=hub.v1' }))
  for (const { name: dialect, wire } of dialects.values()) {
    if (wire !== 'text') continue
    const room = `chat in ${dialect}`
    const { client: reader } = await dialInto(t, socketUrl(there), room)
    const { payload: { epoch, seq } } = await witness.request({ type: 'subscribe', room })
    const ada = await speaker(t, here, dialect, room)
    say(ada, dialect, room, 'hello')
    const message = await reader.read()
    t.match(message, { type: 'message', room, data: { content: 'hello' }, client_id: ada.id })
    const { client: late } = await dialGreeted(t, socketUrl(here))
    t.match(await late.ask({ type: 'subscribe', room, data: { since: { epoch, seq } } }), { type: 'subscribed', data: { client_count: 4 } })
    t.strictSame(await late.read(), message)
  }
})

t.test('a replay shows who spoke, also to who is another by now (S2-82)', async (t) => {
  const { url, address } = await startPubsub(t)
  const witness = await opened(connect(t, address, { path: '/ws?dialect=hub.v1' }))
  const { payload: { epoch, seq } } = await witness.request({ type: 'subscribe', room: 'chat' })
  const { client: ada, clientId } = await dialInto(t, `${url}?token=${await tokenFor({ sub: 'ada' })}`, 'chat')
  ada.write({ type: 'publish', room: 'chat', data: 'mine' })
  await ada.readAll()
  await ada.close()
  const again = await dialGreeted(t, `${url}?token=${await tokenFor({ sub: 'ada' })}`)
  await again.client.ask({ type: 'subscribe', room: 'chat', data: { since: { epoch, seq } } })
  t.match(await again.client.read(), { data: 'mine', client_id: clientId })
  t.not(again.clientId, clientId)
})

t.test('what the application says has no client_id, and the name of the sender where it gives one (S2-51, S2-52)', async (t) => {
  const { app, url, address } = await startPubsub(t)
  const { client } = await dialGreeted(t, url)
  await app.hub.broadcast({ type: 'message', payload: 'of nobody' })
  await app.hub.broadcast({ type: 'notification', payload: 1, sender: { id: 'bot', name: 'Bot' } })
  for (const { data, client_id: id } of await client.readAll()) t.equal(id, undefined, String(data))
  const listener = await opened(connect(t, address, { checksFrames: false }))
  const left = [await dialGreeted(t, url), await dialGreeted(t, url)]
  const except = { connections: left.map(({ clientId }) => clientId) }
  await app.hub.to('all', { type: 'message', payload: 'of a bot', sender: { id: 'bot', name: 'Bot' } }, { except })
  t.match(await listener.next('message'), { data: 'of a bot', client_id: 'bot' })
})
