import t, { type Test } from 'tap'
import WebSocket from 'ws'
import { connect, type ConnectOptions, type Hub } from '../../client/index.ts'
import { memberOf, startService, tokenFor, until, type TestService } from '../helper.ts'

async function hubAt (t: Test, { address }: TestService, user: string, options: ConnectOptions = {}): Promise<Hub> {
  const hub = connect(`${address}/ws`, { WebSocket, token: await tokenFor({ sub: user, name: user }), backOff: { firstMs: 20 }, ...options })
  t.teardown(() => hub.close())
  return hub
}

/** Resolves when the connection is gone; the next one may be quick. */
async function lossOf (hub: Hub): Promise<void> {
  await new Promise<void>((resolve) => { hub.on('state', ({ state }) => { if (state === 'waiting') resolve() }) })
}

t.test('what the sample clients can do has its place: connect, on, join, send, leave, close (S0-94, S0-95, S0-96, S4-45, S4-49)', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const hub = await hubAt(t, service, 'ada')
  const heard: unknown[] = []
  const room = await hub.join('general')
  room.on('message', ({ sender, payload }) => heard.push([sender?.name, payload.content])).on('typing', ({ person, isTyping }) => heard.push([person.id, isTyping]))
  await room.send({ content: 'hello', colour: 'red' })
  t.match(await bob.next('new_message'), { type: 'new_message', room: 'general', payload: { content: 'hello', colour: 'red' }, sender: { id: 'ada' }, timestamp: /^\d{4}-.*Z$/ })
  bob.send({ type: 'typing', room: 'general' })
  bob.send({ type: 'send_message', room: 'general', payload: { content: 'hi' } })
  await until(() => heard.length === 2)
  t.strictSame(heard, [['bob', true], ['bob', 'hi']])
  await room.leave()
  t.match(await bob.next('user_left'), { payload: { id: 'ada' } })
  hub.close()
  t.equal(hub.state, 'closed')
})

t.test('what is said while there is no connection waits for the next one; a payload is an object (S0-97, S0-102)', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const hub = await hubAt(t, service, 'ada')
  const room = await hub.join('general')
  const lost = lossOf(hub)
  await service.app.hub.disconnect({ users: ['ada'] })
  await lost
  await room.send({ content: 'later' })
  t.match((await bob.next('new_message')).payload, { content: 'later' })
})

t.test('a promise tells of the connection, handlers chain, and a lost connection comes back (S2-45, S2-46, S2-47)', async (t) => {
  const service = await startService(t, { WS_CLIENT_BROADCAST: 'all' })
  const [hub, other] = [await hubAt(t, service, 'ada'), await hubAt(t, service, 'bob')]
  t.match(await hub.ready(), { user_id: 'ada' })
  const wrong = await hubAt(t, service, 'eve', { token: 'bad' })
  await t.rejects(wrong.ready(), { code: 'CLOSED', closeCode: 4001 })
  const heard: unknown[] = []
  t.equal(hub.on('message', ({ payload }) => heard.push(payload)).on('state', () => {}), hub)
  await hub.subscribe('general')
  const room = await other.subscribe('general')
  await room.publish({ content: 1 })
  await other.broadcast({ content: 2 })
  const lost = lossOf(hub)
  await service.app.hub.disconnect({ users: ['ada'] })
  await lost
  await room.publish({ content: 3 })
  await until(() => heard.length === 3)
  t.strictSame(heard, [{ content: 1 }, { content: 2 }, { content: 3 }])
})

t.test('a script connects, hears a message and ends (S3-49)', async (t) => {
  const service = await startService(t)
  const token = await tokenFor({ sub: 'ada' })
  const lines: string[] = []
  const hub = connect(`${service.address}/ws`, { WebSocket, token })
  t.teardown(() => hub.close())
  hub.on('state', ({ state }) => lines.push(state)).on('user.updated', () => lines.push('message'))
  await hub.ready()
  await service.app.hub.toUser('ada', { type: 'user.updated', payload: {} })
  await until(() => lines.includes('message'))
  hub.close()
  t.strictSame(lines, ['connecting', 'open', 'message', 'closed'])
})
