import t from 'tap'
import { connectAs, memberOf, startService, tokenFor, until } from '../helper.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { stall } from '../support/stall.ts'
import { CLOSE, closeCodeOf } from '../support/wire-frames.ts'

const codeOf = ({ payload }: { payload: Record<string, unknown> }): unknown => payload['code']

t.test('WS_MESSAGE_RATE and WS_MESSAGE_BURST bound what a connection sends (S0-120)', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '1', WS_MESSAGE_BURST: '3' })
  const ada = await connectAs(t, service, 'ada')
  for (let sent = 0; sent < 3; sent += 1) t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  t.equal(codeOf(await ada.request({ type: 'ping' })), 'RATE_LIMIT')
})

t.test('a message rate of 0 switches the limit off', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '0' })
  const ada = await connectAs(t, service, 'ada')
  for (let sent = 0; sent < 500; sent += 1) ada.send({ type: 'ping' })
  t.ok((await ada.drain()).every(({ type }) => type === 'pong'))
})

t.test('WS_MAX_CONNECTIONS_PER_ROOM and WS_MAX_ROOMS_PER_CLIENT bound rooms (S2-05, S2-23, S0-123)', async (t) => {
  const service = await startService(t, { WS_MAX_CONNECTIONS_PER_ROOM: '1', WS_MAX_ROOMS_PER_CLIENT: '1' })
  const ada = await memberOf(t, service, 'ada', 'hall')
  const bob = await connectAs(t, service, 'bob')
  t.equal(codeOf(await bob.request({ type: 'join_room', room: 'hall' })), 'ROOM_FULL')
  t.equal(codeOf(await ada.request({ type: 'join_room', room: 'cellar' })), 'TOO_MANY_ROOMS')
})

t.test('WS_PRESENCE_GRACE is how long a broken connection may stay away', async (t) => {
  const service = await startService(t, { WS_PRESENCE_GRACE: '0s' })
  const ada = await memberOf(t, service, 'ada', 'hall')
  const bob = await memberOf(t, service, 'bob', 'hall')
  bob.socket.terminate()
  t.equal((await ada.next('user_left')).sender?.id, 'bob')
})

t.test('WS_PRESENCE_MAX is above how many members nobody is told of arrivals', async (t) => {
  const service = await startService(t, { WS_PRESENCE_MAX: '1' })
  const ada = await memberOf(t, service, 'ada', 'hall')
  await memberOf(t, service, 'bob', 'hall')
  t.same(await ada.drain(), [])
})

t.test('WS_SEND_BUFFER bounds the messages that wait, and the peer is closed as too slow (S0-36)', async (t) => {
  const service = await startService(t, { WS_SEND_BUFFER: '2' })
  const peer = await connectRaw(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  peer.socket.pause()
  const [connection] = service.app.hub.connections()
  if (connection === undefined) throw new Error('expected a connection')
  await stall(connection)
  t.same(['a', 'b'].map((type) => connection.send(type, null)), [true, false])
  const last = (await peer.rest()).at(-1)
  t.equal(last?.opcode === CLOSE && closeCodeOf(last), 1013)
})

t.test('WS_SEND_BUFFER_BYTES bounds the bytes that wait', async (t) => {
  const service = await startService(t, { WS_SEND_BUFFER_BYTES: '70000', WS_SLOW_CLIENT: 'drop' })
  const peer = await connectRaw(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  peer.socket.pause()
  const [connection] = service.app.hub.connections()
  if (connection === undefined) throw new Error('expected a connection')
  await stall(connection)
  t.same(['x'.repeat(5_000), 'x'.repeat(5_000), ''].map((payload) => connection.send('news', payload)), [true, false, true])
  t.ok(connection.isOpen, 'WS_SLOW_CLIENT=drop keeps it')
})

t.test('WS_WRITE_TIMEOUT ends a peer that takes nothing (S0-32, S1-76, S2-21)', async (t) => {
  const service = await startService(t, { WS_WRITE_TIMEOUT: '50ms', WS_SLOW_CLIENT: 'drop' })
  const peer = await connectRaw(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  peer.socket.pause()
  const [connection] = service.app.hub.connections()
  if (connection === undefined) throw new Error('expected a connection')
  await stall(connection)
  await until(() => service.app.hub.size === 0)
  t.ok(service.logs.some(({ msg, code }) => msg === 'client disconnected' && code === 1013))
})

t.test('WS_PING_PERIOD and WS_PONG_WAIT rule the heartbeat (S0-33, S0-34, S1-75, S1-77, S2-19, S2-20)', async (t) => {
  const service = await startService(t, { WS_PING_PERIOD: '30ms', WS_PONG_WAIT: '90ms' })
  const ada = await connectAs(t, service, 'ada')
  t.equal((await connectAs(t, service, 'bob', { autoPong: false }).then(({ closed }) => closed)).code, 1006)
  t.ok(await ada.drain())
})

t.test('WS_CLIENT_BROADCAST=all lets everybody speak to everybody (S2-30)', async (t) => {
  const service = await startService(t, { WS_CLIENT_BROADCAST: 'all' })
  const ada = await connectAs(t, service, 'ada')
  const bob = await connectAs(t, service, 'bob')
  t.equal((await ada.request({ type: 'broadcast', payload: 'hi' })).type, 'ack')
  t.match(await bob.next('message'), { payload: 'hi', topic: 'all' })
  t.same(await ada.drain(), [])
})
