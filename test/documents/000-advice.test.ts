import { once } from 'node:events'
import { Type } from '@sinclair/typebox'
import t from 'tap'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import { refusedHandshake } from '../client.ts'
import { connectAs, memberOf, startService, tokenFor, until, type LogLine } from '../helper.ts'
import { makeGate } from '../support/gate.ts'
import { exchange, handshake } from '../support/http-peer.ts'
import { SlowRelay } from '../support/slow-relay.ts'
import { enter, member, startHub } from '../support/test-hub.ts'

t.test('while one connection waits for the relay, all others go on (S0-116)', async (t) => {
  const gate = makeGate()
  const relay = new SlowRelay(async (_operation, subject) => { if (subject === 'cellar') await gate.opened })
  const service = await startHub(t, { relay })
  const [ada, bob] = [await member(t, service, 'ada', 'hall'), await member(t, service, 'bob', 'hall')]
  const waiting = await enter(t, service, 'carl')
  waiting.send({ type: 'join_room', room: 'cellar' })
  waiting.socket.ping()
  await once(waiting.socket, 'pong')
  await ada.request({ type: 'publish', room: 'hall', payload: 'hello' })
  t.match(await bob.next('message'), { payload: 'hello' })
  t.same(waiting.inbox, [])
  gate.open()
  t.match(await waiting.next(), { type: 'room_info', room: 'cellar' })
})

t.test('a handler that takes its time keeps no one else waiting (S0-117)', async (t) => {
  const service = await startService(t)
  const gate = makeGate()
  service.app.hub.handle('slow', { schema: Type.Unknown() }, async () => { await gate.opened })
  const [ada, bob] = [await connectAs(t, service, 'ada'), await connectAs(t, service, 'bob')]
  ada.send({ type: 'slow', id: '1' })
  ada.socket.ping()
  await once(ada.socket, 'pong')
  t.match(await bob.request({ type: 'ping' }), { type: 'pong' })
  t.same(ada.inbox, [])
  gate.open()
  t.match(await ada.next(), { type: 'ack', id: '1' })
})

t.test('a token in the query opens the socket, and without a good one no socket is opened at all (S0-118)', async (t) => {
  const service = await startService(t)
  t.match(await exchange(t, service.address, handshake()), { status: 401 })
  t.match(await exchange(t, service.address, handshake({ path: '/ws?token=eyJ.eyJ.no' })), { status: 401 })
  t.equal(service.app.websocketServer.clients.size, 0)
  t.match(await exchange(t, service.address, handshake({ path: `/ws?token=${await tokenFor({ sub: 'ada' })}` })), { status: 101 })
  t.equal(service.app.websocketServer.clients.size, 1)
})

t.test('a page of an origin that is not allowed is refused although its token is good (S0-121)', async (t) => {
  const service = await startService(t, { WS_ALLOWED_ORIGINS: 'https://app.example' })
  const token = await tokenFor({ sub: 'ada' })
  t.match(await refusedHandshake(t, service.address, { token, origin: 'https://evil.example' }), { status: 403 })
  t.ok(await connectAs(t, service, 'ada', { origin: 'https://app.example' }))
})

t.test('the log says which part speaks: ws_hub, client, room or ws_handler (S0-137)', async (t) => {
  const service = await startService(t)
  await refusedHandshake(t, service.address)
  const ada = await memberOf(t, service, 'ada', 'general')
  await ada.close()
  await until(() => service.logs.some(({ msg }) => msg === 'room removed (empty)'))
  const loggerOf = (text: string) => service.logs.find(({ msg }: LogLine) => msg === text)?.['logger']
  t.equal(loggerOf('Processing WebSocket message'), 'ws_hub')
  t.equal(loggerOf('client connected'), 'client')
  t.equal(loggerOf('client joined room'), 'room')
  t.equal(loggerOf('ws auth failed'), 'ws_handler')
})

t.test('the relay carries every kind of message, keeps exclusions and hands none back to its own node twice (S0-110, S4-44)', async (t) => {
  const relay = new MemoryRelay()
  const carried: string[] = []
  const publish = relay.publish.bind(relay)
  relay.publish = (message) => { carried.push(`${message.event.type} ${message.topics.join()}`); return publish(message) }
  const service = await startHub(t, { relay })
  const [ada, bob] = [await member(t, service, 'ada', 'hall'), await member(t, service, 'bob', 'hall')]
  for (const client of [ada, bob]) await client.drain()
  carried.length = 0
  await ada.request({ type: 'publish', room: 'hall', payload: 1 })
  await ada.request({ type: 'broadcast', payload: 2 })
  await service.hub.toUser('bob', { type: 'note', payload: 3 })
  await service.hub.to({ rooms: ['hall'] }, { type: 'note', payload: 4 }, { except: { users: ['ada'] } })
  t.same(carried, ['message room:hall', 'message all', 'note user:bob', 'note room:hall'])
  t.same((await bob.drain()).map(({ payload }) => payload), [1, 2, 3, 4])
  t.same(await ada.drain(), [])
})
