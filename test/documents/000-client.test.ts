import t from 'tap'
import { isRecord } from '../../src/guards.ts'
import { memberOf, startService, tokenFor, until, type Teardown, type TestService } from '../helper.ts'
import type { HubMessage } from './clients/hub-message.ts'
import { WebSocketClient, type Schedule } from './clients/hub-client.ts'

const TYPES = ['connected', 'room_info', 'user_joined', 'user_left', 'new_message', 'user_typing', 'online_users', 'ack', 'error']

/** A client of the document with all that its handlers were told. */
interface Sample {
  readonly client: WebSocketClient
  readonly told: HubMessage[]
  /** Waits for the next message of a type. */
  next (type: string): Promise<HubMessage>
}

/** Connects the document's client as a user, with a handler for each of the document's types; ends with the test. */
async function startSample (t: Teardown, { address }: TestService, user: string, schedule?: Schedule): Promise<Sample> {
  const client = new WebSocketClient(`${address.replace('http', 'ws')}/ws`, await tokenFor({ sub: user, name: user.toUpperCase() }), schedule)
  t.teardown(() => client.abandon())
  const told: HubMessage[] = []
  for (const type of TYPES) client.on(type, (message) => told.push(message))
  let seen = 0
  const next = async (type: string): Promise<HubMessage> => {
    const index = (): number => told.findIndex((message, place) => place >= seen && message.type === type)
    await until(() => index() >= 0)
    seen = index() + 1
    const message = told[seen - 1]
    if (message === undefined) throw new Error(`no ${type}`)
    return message
  }
  client.connect()
  await next('connected')
  return { client, told, next }
}

t.test('the client joins, is told who is there, chats and leaves, unchanged (S0-94, S0-95, S0-96, S0-104)', async (t) => {
  const service = await startService(t)
  const ada = await startSample(t, service, 'ada')
  ada.client.joinRoom('general')
  t.match(await ada.next('room_info'), { room: 'general', payload: { room_id: 'general', users: [{ id: 'ada', name: 'ADA' }], count: 1 } })
  const bob = await startSample(t, service, 'bob')
  bob.client.joinRoom('general')
  t.match(await bob.next('room_info'), { payload: { users: [{ id: 'ada' }, { id: 'bob' }], count: 2 } })
  bob.client.sendMessage('general', 'Hello!')
  t.match(await ada.next('new_message'), { room: 'general', payload: { content: 'Hello!' }, sender: { id: 'bob', name: 'BOB' } })
  t.ok(await bob.next('ack'))
  bob.client.leaveRoom('general')
  t.match(await ada.next('user_left'), { room: 'general', payload: { id: 'bob', name: 'BOB' } })
  t.notOk([...ada.told, ...bob.told].some(({ type }) => type === 'error'))
})

t.test('who joins is named as sender and in the payload, both objects: a handler finds the name where the sample looks (S0-102, S0-103, X34)', async (t) => {
  const service = await startService(t)
  const [ada, bob] = [await startSample(t, service, 'ada'), await startSample(t, service, 'bob')]
  for (const { client, next } of [ada, bob]) {
    client.joinRoom('general')
    await next('room_info')
  }
  t.match(await ada.next('user_joined'), { sender: { id: 'bob', name: 'BOB' }, payload: { id: 'bob', name: 'BOB' } })
  bob.client.sendMessage('general', 'Hello!')
  t.ok(isRecord((await ada.next('new_message')).payload))
})

t.test('every request of the document is answered with messages that fit its structs (S0-19..S0-30)', async (t) => {
  const service = await startService(t)
  const [ada, bob] = [await startSample(t, service, 'ada'), await startSample(t, service, 'bob')]
  for (const { client, next } of [ada, bob]) {
    client.send('join_room', { room_id: 'general' })
    await next('room_info')
  }
  bob.client.send('send_message', { content: 'Hello!', reply_to: 'm1' }, 'general')
  t.match(await ada.next('new_message'), { payload: { content: 'Hello!', reply_to: 'm1' } })
  bob.client.send('typing', { room_id: 'general' }, 'general')
  t.match(await ada.next('user_typing'), { room: 'general', sender: { id: 'bob' }, payload: { is_typing: true } })
  bob.client.send('stop_typing', { room_id: 'general' }, 'general')
  t.match(await ada.next('user_typing'), { room: 'general', sender: { id: 'bob' }, payload: { is_typing: false } })
  bob.client.send('online_users', { room_id: 'general' }, 'general')
  t.match(await bob.next('online_users'), { payload: { room_id: 'general', users: [{ id: 'ada' }, { id: 'bob' }], count: 2 } })
  bob.client.send('leave_room', { room_id: 'general' })
  t.match(await ada.next('user_left'), { payload: { id: 'bob' } })
  t.notOk([...ada.told, ...bob.told].some(({ type }) => type === 'error'))
})

t.test('what the document refuses is refused with its codes and texts (S0-29, S0-54, S0-55, S0-56, S0-60, S0-61)', async (t) => {
  const { client, next } = await startSample(t, await startService(t), 'ada')
  const refusals: Array<[Parameters<WebSocketClient['send']>, object]> = [
    [['dance', {}], { code: 'UNKNOWN_TYPE', message: 'unknown message type: dance' }],
    [['send_message', { content: 'x' }], { code: 'MISSING_ROOM', message: 'room is required for sending messages' }],
    [['send_message', { content: 'x' }, 'general'], { code: 'NOT_IN_ROOM', message: 'you must join the room first' }],
    [['join_room', { room_id: 7 }], { code: 'INVALID_PAYLOAD', message: /^invalid room payload/ }],
    [['leave_room', { room_id: 7 }], { code: 'INVALID_PAYLOAD', message: /^invalid room payload/ }]
  ]
  for (const [request, payload] of refusals) {
    client.send(...request)
    t.match((await next('error')).payload, payload)
  }
})

t.test('sender and time that a client makes up change nothing (S0-43, S0-44, S0-122)', async (t) => {
  const service = await startService(t)
  const bob = await memberOf(t, service, 'bob', 'general')
  const { client, next } = await startSample(t, service, 'ada')
  client.joinRoom('general')
  await next('room_info')
  // `send` puts its own clock into the envelope.
  const start = Date.now()
  client.send('send_message', { content: 'x', sender: { id: 'eve', name: 'Eve' } }, 'general')
  const { sender, timestamp } = await bob.next('new_message')
  t.match(sender, { id: 'ada', name: 'ADA' })
  t.ok(Date.parse(timestamp) >= start)
})

t.test('what is sent while there is no connection is told on the console, and lost; whoever joins when connected is in (S0-97, S0-101, S0-138)', async (t) => {
  const service = await startService(t)
  const client = new WebSocketClient(`${service.address.replace('http', 'ws')}/ws`, await tokenFor({ sub: 'ada' }))
  t.teardown(() => client.abandon())
  client.on('connected', () => client.joinRoom('general'))
  client.connect()
  client.joinRoom('lost')
  await until(async () => (await service.app.rooms.list()).length > 0)
  t.match(await service.app.rooms.list(), [{ room: 'general', users: 1 }])
  t.same(client.console, ['WebSocket is not connected', 'Connected to WebSocket'])
})

t.test('the client comes back after 1 s, and again, for its attempts are counted anew; also after its own disconnect (S0-98, S0-99, S0-100, S0-138)', async (t) => {
  const service = await startService(t)
  const later: Array<() => void> = []
  const { client, next } = await startSample(t, service, 'ada', (run) => later.push(run))
  const { hub } = service.app
  for (const cut of [() => hub.disconnect('ada'), () => hub.disconnect('ada'), () => client.disconnect()]) {
    await cut()
    await until(() => later.length > 0)
    await until(() => hub.size === 0)
    later.shift()?.()
    await next('connected')
  }
  const again = ['Reconnecting in 1000ms...', 'Connected to WebSocket']
  t.same(client.console, ['Connected to WebSocket', ...[4004, 4004, 1000].flatMap((code) => [`WebSocket disconnected: ${code}`, ...again])])
  t.ok(service.logs.some(({ msg, code, reason }) => msg === 'client disconnected' && code === 1000 && reason === 'Client disconnecting'))
})

t.test('a service that is gone is tried five times, each time twice as late (S0-98, S0-138)', async (t) => {
  const service = await startService(t)
  const delays: number[] = []
  const { client } = await startSample(t, service, 'ada', (run, delayMs) => {
    delays.push(delayMs)
    setImmediate(run)
  })
  await service.app.close()
  await until(() => client.console.at(-1) === 'Max reconnection attempts reached')
  t.same(delays, [1000, 2000, 4000, 8000, 16_000])
  t.equal(client.console[1], 'WebSocket disconnected: 1012')
})
