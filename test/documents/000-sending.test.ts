import { setImmediate as endOfTurn } from 'node:timers/promises'
import t from 'tap'
import type { Connection } from '../../src/hub/connection.ts'
import { until, type Teardown } from '../helper.ts'
import { connectRaw, type RawPeer } from '../support/raw-peer.ts'
import { startWithStalledPeer } from '../support/stalled-peer.ts'
import { member, startHub, type TestHubOptions } from '../support/test-hub.ts'
import { TEXT } from '../support/wire-frames.ts'

/** A hub with one peer that has stopped reading, its socket full and no room left in its send buffer. */
async function startWithFullBuffer (t: Teardown, options: TestHubOptions = {}) {
  const service = await startWithStalledPeer(t, { slowClient: 'drop', outbox: { messages: 8 }, ...options })
  while (service.connection.send('filler', 'small')) await endOfTurn()
  // That the buffer is full has been told by now, once.
  service.lines.length = 0
  return service
}

/** Lets the peer read again; returns the types of all that it gets up to the answer to a ping. */
async function typesAfterReading ({ peer, connection }: { peer: RawPeer, connection: Connection }): Promise<string[]> {
  peer.socket.resume()
  await until(() => connection.stalledSince === 0)
  peer.send({ type: 'ping' })
  const types: string[] = []
  while (types.at(-1) !== 'pong') types.push(JSON.parse(String((await peer.next(TEXT))?.payload)).type)
  return types
}

t.test('messages that queue up leave as one frame each, never joined by a newline (S0-46, X33)', async (t) => {
  const service = await startHub(t)
  const peer = await connectRaw(t, service.address)
  await peer.message('connected')
  for (let number = 0; number < 20; number += 1) service.opened[0]?.send('number', number)
  const seen = []
  for (let number = 0; number < 20; number += 1) seen.push(JSON.parse(String((await peer.next(TEXT))?.payload)).payload)
  t.same(seen, Array.from({ length: 20 }, (_, number) => number))
})

t.test('an error that finds the send buffer full is dropped, and the request is in the log all the same (S0-49)', async (t) => {
  const service = await startWithFullBuffer(t)
  service.peer.send({ type: 'dance' })
  await until(() => service.lines.some(({ text }) => text === 'WebSocket operation failed'))
  t.match(service.lines.filter(({ text }) => text === 'send buffer full, dropping error'), [{
    level: 'warn', fields: { client_id: service.connection.id, user_id: service.connection.user.id, error_code: 'UNKNOWN_TYPE' }
  }])
  const types = await typesAfterReading(service)
  t.ok(types.includes('filler'))
  t.notOk(types.includes('error'))
})

t.test('an ack that finds the send buffer full is dropped without a word in the log, and the message goes out (S0-70)', async (t) => {
  const service = await startWithFullBuffer(t)
  const ada = await member(t, service, 'ada', 'hall')
  service.peer.send({ type: 'subscribe', room: 'hall' }, { type: 'publish', room: 'hall', payload: 'hello', id: 'full' })
  t.match(await ada.next('message'), { payload: 'hello', id: 'full' })
  t.notOk((await typesAfterReading(service)).includes('ack'))
  t.same(service.lines.filter(({ level }) => level === 'warn'), [])
})

t.test('what does not fit into the socket at once is kept for a peer that reads again, in order (S0-114)', async (t) => {
  const { peer, connection } = await startWithStalledPeer(t)
  for (let number = 0; number < 100; number += 1) connection.send('number', number)
  peer.socket.resume()
  const seen = []
  for (let number = 0; number < 100; number += 1) seen.push((await peer.message('number')).payload)
  t.same(seen, Array.from({ length: 100 }, (_, number) => number))
})

t.test('a message to many members is written as JSON once, not once for each (S0-129)', async (t) => {
  const service = await startHub(t)
  const clients = []
  for (let number = 0; number < 30; number += 1) clients.push(await member(t, service, `user-${number}`, 'hall'))
  let times = 0
  const payload = { toJSON: () => { times += 1; return 'hello' } }
  t.match(await service.hub.toRoom('hall', { type: 'note', payload }), { recipients: 30 })
  for (const client of clients) t.match(await client.next('note'), { payload: 'hello' })
  t.equal(times, 1)
})

t.test('a room may be read, entered and left while messages run through it: who stays misses and doubles nothing (S0-125)', async (t) => {
  const service = await startHub(t, { presenceGraceMs: 0 })
  const stayers = await Promise.all(Array.from({ length: 10 }, (_, number) => member(t, service, `stayer-${number}`, 'hall')))
  const leavers = await Promise.all(Array.from({ length: 20 }, (_, number) => member(t, service, `leaver-${number}`, 'hall')))
  for (const [number, leaver] of leavers.entries()) {
    leaver.send({ type: 'leave_room', room: 'hall' })
    await Promise.all([service.hub.toRoom('hall', { type: 'note', payload: number }), service.rooms.members('hall'), service.hub.stats()])
    if (number % 2 === 0) leaver.socket.terminate()
  }
  await until(async () => (await service.rooms.members('hall')).count === stayers.length)
  for (const stayer of stayers) {
    const notes = (await stayer.drain()).filter(({ type }) => type === 'note')
    t.same(notes.map(({ payload }) => payload), leavers.map((_, number) => number))
  }
})
