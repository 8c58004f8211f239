import t from 'tap'
import type { Connection } from '../../src/hub/connection.ts'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import type { TestClient } from '../client.ts'
import { until } from '../helper.ts'
import { collectGarbage } from '../support/collect-garbage.ts'
import { enter, startHub } from '../support/test-hub.ts'

const ROUNDS = 5
const CLIENTS_PER_ROUND = 100

/** Every kind of end that a connection may have. */
const ends: ReadonlyArray<(client: TestClient, connection: Connection | undefined) => unknown> = [
  ({ socket }) => socket.close(1000),
  ({ socket }) => socket.close(),
  ({ socket }) => socket.close(1001),
  ({ socket }) => socket.terminate(),
  ({ socket }) => { socket.close(1000); socket.terminate() },
  ({ socket }) => socket.send(Buffer.from('binary')),
  (client) => { for (let sent = 0; sent < 6; sent += 1) client.send('bad') },
  (client) => { client.send({ type: 'join_room', room: 'late' }); client.socket.terminate() },
  (_client, connection) => connection?.terminate('test'),
  (_client, connection) => connection?.close(closeCodes.restarting)
]

/** A relay that tells which topics it is asked for. */
function countingRelay (): { relay: MemoryRelay, topics: Set<string> } {
  const relay = new MemoryRelay()
  const topics = new Set<string>()
  relay.subscribe = (topic?: string) => { topics.add(topic ?? '') }
  relay.unsubscribe = (topic?: string) => { topics.delete(topic ?? '') }
  return { relay, topics }
}

t.test('whatever ends them, hundreds of connections leave nothing behind (S0-39, S0-52, S0-115, S0-127, S0-136, S4-16)', async (t) => {
  const { relay, topics } = countingRelay()
  const service = await startHub(t, { relay, presenceGraceMs: 20 })
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(Array.from({ length: CLIENTS_PER_ROUND }, async (_, number) => {
      const userId = `user-${number % 30}`
      const client = await enter(t, service, userId, { roles: ['user', `role-${number % 7}`] })
      await client.request({ type: 'join_room', room: `room-${number % 10}` })
      await client.request({ type: 'subscribe', room: `room-${number % 9}` })
      client.send({ type: 'typing', room: `room-${number % 10}` })
      await ends[(number + round) % ends.length]?.(client, service.hub.ofUser(userId)[0])
    }))
    for (const connection of service.opened) connection.terminate('end of the round')
  }
  await service.sessions.whenEmpty()
  await until(async () => (await service.rooms.list()).length === 0)
  const { hub } = service
  t.same([hub.size, hub.roomCount, [...topics]], [0, 0, []])
  t.same([hub.census.userCount, hub.census.byRole(), hub.census.fromAddress('127.0.0.1')], [0, {}, 0])
  t.equal(service.lines.filter(({ text }) => text === 'client disconnected').length, ROUNDS * CLIENTS_PER_ROUND)
})

t.test('nothing holds on to connections that have ended', async (t) => {
  const service = await startHub(t, { presenceGraceMs: 20 })
  const clients = await Promise.all(Array.from({ length: 50 }, (_, number) => enter(t, service, `user-${number}`)))
  for (const client of clients) {
    await client.request({ type: 'join_room', room: 'hall' })
    client.send({ type: 'typing', room: 'hall' })
    await client.drain()
    client.socket.terminate()
  }
  await service.sessions.whenEmpty()
  service.webSockets.length = 0
  const held = service.opened.splice(0).map((connection) => new WeakRef(connection))
  await until(async () => {
    await collectGarbage()
    return held.filter((connection) => connection.deref() !== undefined).length <= 1
  })
  t.equal(held.length, 50)
})
