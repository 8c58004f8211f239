import { once } from 'node:events'
import { Type } from '@sinclair/typebox'
import t from 'tap'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import type { TestClient } from '../client.ts'
import type { Teardown } from '../helper.ts'
import { until } from '../helper.ts'
import { makeGate } from '../support/gate.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { SlowRelay } from '../support/slow-relay.ts'
import { enter, member, startHub } from '../support/test-hub.ts'
import { clientClose } from '../support/wire-frames.ts'

const options = { schema: Type.Unknown() }

/** A hub with a handler `slow` that waits for a gate. */
async function startWithSlowHandler (t: Teardown) {
  const service = await startHub(t)
  const gate = makeGate()
  service.hub.handle('slow', options, async () => { await gate.opened })
  return { ...service, gate }
}

/** Waits until the server has read everything sent so far; protocol pings pass requests that wait. */
async function read ({ socket }: TestClient): Promise<void> {
  socket.ping()
  await once(socket, 'pong')
}

t.test('what is sent behind a slow request waits for it, and is answered in order', async (t) => {
  const { gate, ...service } = await startWithSlowHandler(t)
  const ada = await member(t, service, 'ada', 'hall')
  const bob = await member(t, service, 'bob', 'hall')
  const answers = () => ada.inbox.flatMap(({ id }) => id ?? [])
  ada.send({ type: 'slow', id: '1' })
  ada.send({ type: 'publish', id: '2', room: 'hall', payload: 'after' })
  ada.send({ type: 'ping', id: '3' })
  await read(ada)
  t.same([await bob.drain(), answers()], [[], []])
  gate.open()
  t.equal((await bob.next('message')).payload, 'after')
  await until(() => answers().length === 3)
  t.same(answers(), ['1', '2', '3'])
})

t.test('answers and deliveries leave in the order in which they came about (S0-139)', async (t) => {
  const service = await startHub(t)
  service.hub.handle('tell_me', options, async () => { await service.hub.toUser('ada', { type: 'news' }) })
  const ada = await connectRaw(t, service.address, { path: '/?user=ada' })
  ada.send({ type: 'ping' }, { type: 'tell_me' }, { type: 'no_such_type' }, { type: 'join_room', room: 'hall' }, { type: 'ping' })
  const types = []
  while (types.length < 7) types.push(JSON.parse(String((await ada.next())?.payload)).type)
  t.same(types, ['connected', 'pong', 'news', 'ack', 'error', 'room_info', 'pong'])
})

t.test('a hung handler holds up its own connection only', async (t) => {
  const service = await startWithSlowHandler(t)
  const ada = await enter(t, service, 'ada')
  const bob = await enter(t, service, 'bob')
  ada.send({ type: 'slow' })
  await read(ada)
  t.equal((await bob.request({ type: 'ping' })).type, 'pong')
})

t.test('a connection that ends behind a hung handler is cleaned up, and its waiting requests are dropped', async (t) => {
  const { gate, ...service } = await startWithSlowHandler(t)
  let ran = 0
  service.hub.handle('count', options, () => { ran += 1 })
  const ada = await member(t, service, 'ada', 'hall')
  ada.send({ type: 'slow' })
  ada.send({ type: 'count' })
  await read(ada)
  ada.socket.terminate()
  await until(() => service.hub.size === 0)
  gate.open()
  const bob = await enter(t, service, 'bob')
  await bob.request({ type: 'count' })
  t.equal(ran, 1, 'only what the other connection sent')
})

t.test('more requests than may wait stop the reading for a while, and none is lost', async (t) => {
  const { gate, ...service } = await startWithSlowHandler(t)
  const ada = await enter(t, service, 'ada')
  ada.send({ type: 'slow', id: 'slow' })
  const ids = Array.from({ length: 1_000 }, (_, index) => `p${index}`)
  for (const id of ids) ada.send({ type: 'ping', id })
  await until(() => service.webSockets[0]?.isPaused === true)
  gate.open()
  await ada.next('ack')
  const answered = []
  for (let count = 0; count < ids.length; count += 1) answered.push((await ada.next('pong')).id)
  t.same(answered, ids)
  t.equal(service.webSockets[0]?.isPaused, false)
})

t.test('requests sent right before an orderly close take effect', async (t) => {
  const service = await startHub(t)
  const bob = await member(t, service, 'bob', 'hall')
  const ada = await connectRaw(t, service.address, { path: '/?user=ada' })
  ada.send({ type: 'join_room', room: 'hall' }, { type: 'publish', room: 'hall', payload: 'bye' }, clientClose(1000))
  t.equal((await bob.next('user_joined')).sender?.id, 'ada')
  t.equal((await bob.next('message')).payload, 'bye')
  ada.socket.end()
  t.equal((await bob.next('user_left')).sender?.id, 'ada')
})

t.test('requests behind a close by the server are ignored', async (t) => {
  const service = await startHub(t)
  let ran = 0
  service.hub.handle('kick', options, () => { service.opened[0]?.close(closeCodes.forbidden) })
  service.hub.handle('count', options, () => { ran += 1 })
  const ada = await connectRaw(t, service.address)
  ada.send({ type: 'kick' }, { type: 'count' })
  await ada.rest()
  t.equal(ran, 0)
})

t.test('requests that wait when the server closes are dropped', async (t) => {
  const { gate, ...service } = await startWithSlowHandler(t)
  let ran = 0
  service.hub.handle('count', options, () => { ran += 1 })
  const ada = await enter(t, service, 'ada')
  ada.send({ type: 'slow' })
  ada.send({ type: 'count' })
  await read(ada)
  service.opened[0]?.close(closeCodes.restarting)
  gate.open()
  await ada.closed
  t.equal(ran, 0)
})

t.test('publishes of a connection need not wait for each other; what follows them waits for all', async (t) => {
  const gate = makeGate()
  const begun: string[] = []
  const relay = new SlowRelay(async (operation, subject) => {
    begun.push(`${operation} ${subject}`)
    if (operation === 'publish') await gate.opened
  })
  const service = await startHub(t, { relay })
  const ada = await member(t, service, 'ada', 'hall')
  const bob = await member(t, service, 'bob', 'hall')
  const joins = begun.length
  for (let index = 0; index < 5; index += 1) ada.send({ type: 'publish', id: `p${index}`, room: 'hall', payload: index })
  ada.send({ type: 'leave_room', id: 'last', room: 'hall' })
  ada.send({ type: 'publish', id: 'late', room: 'hall', payload: 'late' })
  await read(ada)
  t.same(begun.slice(joins), Array(5).fill('publish message'))
  gate.open()
  t.match(await ada.next('error'), { id: 'late', payload: { code: 'NOT_IN_ROOM' } })
  t.same(ada.inbox.flatMap(({ id }) => id ?? []), ['p0', 'p1', 'p2', 'p3', 'p4', 'last'])
  t.same((await bob.drain()).filter(({ type }) => type === 'message').map(({ payload }) => payload), [0, 1, 2, 3, 4])
})

t.test('so many publishes may be under way, the others wait', async (t) => {
  const gate = makeGate()
  let begun = 0
  const relay = new SlowRelay(async (operation) => {
    if (operation !== 'publish') return
    begun += 1
    await gate.opened
  })
  const service = await startHub(t, { relay })
  const ada = await member(t, service, 'ada', 'hall')
  for (let index = 0; index < 100; index += 1) ada.send({ type: 'publish', id: `p${index}`, room: 'hall', payload: index })
  await until(() => begun === 64)
  await read(ada)
  t.equal(begun, 64)
  gate.open()
  await until(() => begun === 100)
  t.equal((await ada.drain()).filter(({ type }) => type === 'ack').length, 100)
})
