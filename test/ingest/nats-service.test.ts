import t from 'tap'
import { connectAs, memberOf, until } from '../helper.ts'
import { startNats } from '../support/nats-server.ts'
import { startNodes } from '../support/nodes.ts'
import { startRedis } from '../support/redis-server.ts'
import { beforePublish, startNatsService, whenConsuming } from './ingest-service.ts'

t.test('a match proposal and a ride pickup notify driver and passenger, nobody else; good events are acknowledged (S1-56, S1-57, S1-58)', async (t) => {
  const nats = await startNats(t)
  const service = await startNatsService(t, nats)
  const [driver, passenger, other] = [await connectAs(t, service, 'd1'), await connectAs(t, service, '7'), await connectAs(t, service, 'other')]
  await whenConsuming(service)
  const [proposal, pickup] = [{ match_id: 'm1', driver_id: 'd1', passenger_id: 7 }, { ride_id: 'r1', driver_id: 'd1', passenger_id: 7 }]
  await nats.publish({ subject: 'match.proposal', body: proposal, id: 'm1' }, { subject: 'ride.pickup', body: pickup, id: 'r1' })
  for (const client of [driver, passenger]) {
    t.match(await client.next('match.proposal'), { id: 'm1', payload: proposal })
    t.match(await client.next('ride.pickup'), { id: 'r1', payload: pickup })
  }
  t.same(await other.drain().then((frames) => frames.filter(({ type }) => /match|ride/.test(type))), [])
  await until(() => nats.isSettled())
  t.match(service.app.ingest?.counts(), { received: 2, published: 2, dead_lettered: 0 })
})

t.test('who was away finds the event in the history of the user; rooms get theirs under the type of the rule', async (t) => {
  const nats = await startNats(t)
  const service = await startNatsService(t, nats)
  const before = await connectAs(t, service, 'd1')
  const member = await memberOf(t, service, 'ada', 'taxi')
  await before.close()
  await whenConsuming(service)
  await nats.publish({ subject: 'match.proposal', body: { driver_id: 'd1', passenger_id: 'p1' } }, { subject: 'room.news', body: { room: 'taxi', n: 1 } })
  t.match(await member.next('room.event'), { payload: { room: 'taxi', n: 1 }, room: 'taxi' })
  const page = await service.app.relay.port.read('user:d1', { limit: 10 })
  t.match(page.messages.map(({ message }) => message.event.type), ['match.proposal'])
})

t.test('three nodes on one Redis: whichever takes an event, clients of all get it once, in order for each room', async (t) => {
  const nats = await startNats(t)
  const { nodes } = await startNodes(t, { NATS_URL: nats.url, NATS_SUBJECTS: 'room.* -> rooms from room as room.event' })
  const members = [await memberOf(t, nodes[0], 'a', 'taxi'), await memberOf(t, nodes[1], 'b', 'taxi'), await memberOf(t, nodes[2], 'c', 'taxi')]
  for (const node of nodes) await whenConsuming(node)
  const count = 60
  await nats.publish(...Array.from({ length: count }, (_, n) => ({ subject: 'room.news', body: { room: 'taxi', n } })))
  for (const member of members) {
    const seen: unknown[] = []
    while (seen.length < count) seen.push((await member.next('room.event')).payload['n'])
    t.equal(new Set(seen).size, count)
  }
  await until(() => nats.isSettled())
  t.equal(nodes.reduce((sum, { app }) => sum + (app.ingest?.counts().published ?? 0), 0), count)
})

t.test('while Redis is away events wait, and none is a dead letter', async (t) => {
  const [nats, redis] = [await startNats(t), await startRedis(t)]
  const service = await startNatsService(t, nats, { env: { REDIS_URL: redis.url } })
  await until(() => service.app.relay.status().ready)
  const ada = await connectAs(t, service, 'ada')
  await whenConsuming(service)
  await redis.kill()
  await nats.publish(...Array.from({ length: 10 }, (_, n) => ({ subject: 'match.proposal', body: { driver_id: 'ada', passenger_id: 'bob', n } })))
  await until(() => (service.app.ingest?.counts().retried ?? 0) > 20)
  t.match(service.app.ingest?.counts(), { published: 0, dead_lettered: 0 })
  await redis.restart()
  const seen: unknown[] = []
  while (seen.length < 10) seen.push((await ada.next('match.proposal')).payload['n'])
  t.same(seen.map(Number).sort((a, b) => a - b), Array.from({ length: 10 }, (_, n) => n))
  await until(() => nats.isSettled())
  t.match(service.app.ingest?.counts(), { published: 10, dead_lettered: 0 })
})

t.test('what a service that ends has not published is published by another', async (t) => {
  const nats = await startNats(t)
  const first = await startNatsService(t, nats)
  beforePublish(first.app, () => new Promise(() => {}))
  await whenConsuming(first)
  await nats.publish({ subject: 'match.proposal', body: { driver_id: 'd1', passenger_id: 'p1' } })
  await until(() => first.app.ingest?.counts().received === 1)
  await first.app.close()
  t.match(first.app.ingest?.status(), { consuming: false })
  t.same(first.logs.filter(({ level, product }) => level >= 40 && product === undefined), [])
  const second = await startNatsService(t, nats)
  const driver = await connectAs(t, second, 'd1')
  t.match(await driver.next('match.proposal'), { payload: { driver_id: 'd1', passenger_id: 'p1' } })
  await until(() => nats.isSettled())
  t.match([first, second].map(({ app }) => app.ingest?.counts().published), [0, 1])
})

t.test('a service that drains publishes nothing more: without Redis there is nobody left to get it', async (t) => {
  const nats = await startNats(t)
  const service = await startNatsService(t, nats)
  await whenConsuming(service)
  await service.app.drain.run()
  await nats.publish({ subject: 'match.proposal', body: { driver_id: 'd1', passenger_id: 'p1' } })
  await until(() => (service.app.ingest?.counts().retried ?? 0) > 0)
  t.match(service.app.ingest?.counts(), { published: 0 })
  await service.app.close()
  t.equal(await nats.isSettled(), false)
})
