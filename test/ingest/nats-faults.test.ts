import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { ReceivedFrame, TestClient } from '../client.ts'
import { connectAs, memberOf, until } from '../helper.ts'
import { startNats, type NatsEvent, type NatsServer } from '../support/nats-server.ts'
import { startRedis } from '../support/redis-server.ts'
import { startProxy } from '../support/tcp-proxy.ts'
import { shortTimings } from './nats-bench.ts'
import { beforePublish, startNatsService, whenConsuming } from './ingest-service.ts'

/** Proposals for ada, each with an id and a number. */
function proposals (count: number, from = 0): NatsEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const n = from + index
    return { subject: 'match.proposal', id: `event-${n}`, body: { driver_id: 'ada', passenger_id: 'bob', n } }
  })
}

/** The proposals that a client has, in order. */
function proposalsOf ({ inbox }: TestClient): ReceivedFrame[] {
  return inbox.filter(({ type }) => type === 'match.proposal')
}

function idsOf (client: TestClient): Array<string | undefined> {
  return proposalsOf(client).map(({ id }) => id)
}

/** True when a node's asking for events has arrived. */
async function isAskedFor (nats: NatsServer): Promise<boolean> {
  return ((await nats.consumer())?.num_waiting ?? 0) > 0
}

t.test('d18: NATS is killed while events are consumed and comes back: every event reaches the client, none twice (S1-56)', async (t) => {
  const nats = await startNats(t)
  const service = await startNatsService(t, nats)
  beforePublish(service.app, () => sleep(2))
  const ada = await connectAs(t, service, 'ada')
  await whenConsuming(service)
  const [count, rounds] = [100, 4]
  for (let round = 0; round < rounds; round += 1) {
    await nats.publish(...proposals(count, round * count))
    await until(() => proposalsOf(ada).length > round * count + 10)
    await nats.restart()
    t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  }
  await until(() => nats.isSettled())
  // What was sent before the answer has been read with it.
  await ada.request({ type: 'ping' })
  t.equal(proposalsOf(ada).length, rounds * count, 'none lost, none twice')
  t.equal(new Set(idsOf(ada)).size, rounds * count)
  t.match(service.app.ingest?.counts(), { published: rounds * count, dead_lettered: 0 })
})

t.test('d19: our node dies between push and ack: another is handed the events, and no client sees one twice (S1-56)', async (t) => {
  const [nats, redis] = [await startNats(t), await startRedis(t)]
  const env = { REDIS_URL: redis.url }
  const proxy = await startProxy(t, nats.port)
  const [dying, bystander] = [await startNatsService(t, { url: `nats://127.0.0.1:${proxy.port}` }, { env }), await startNatsService(t, nats, { env: { ...env, NATS_URL: '', NATS_SUBJECTS: '' } })]
  await until(() => [dying, bystander].every(({ app }) => app.relay.status().ready))
  const ada = await connectAs(t, bystander, 'ada')
  await whenConsuming(dying)
  await until(() => isAskedFor(nats))
  proxy.swallow('up')
  await nats.publish(...proposals(5))
  await until(() => proposalsOf(ada).length === 5)
  proxy.refuse()
  await dying.app.close()
  t.equal((await nats.consumer())?.num_ack_pending, 5)
  const heir = await startNatsService(t, nats, { env })
  await until(() => nats.isSettled())
  t.match(heir.app.ingest?.counts(), { published: 0, duplicates: 5 })
  await ada.request({ type: 'ping' })
  t.same(idsOf(ada), proposals(5).map(({ id }) => id))
})

t.test('d20: poison is ended at once, or after fixed attempts where it might pass, and counted; the others flow (S1-56)', async (t) => {
  const nats = await startNats(t)
  const service = await startNatsService(t, nats, { env: { WS_MAX_MESSAGE_SIZE: '2000' } })
  beforePublish(service.app, async ({ event: { id } }) => {
    if (id === 'cursed') throw new TypeError('a fault of ours')
  })
  const ada = await connectAs(t, service, 'ada')
  await whenConsuming(service)
  const terminated: number[] = []
  await nats.use(async (connection) => {
    connection.subscribe('$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.EVENTS.wshub', { callback: (_error, message) => { terminated.push(message.json<{ stream_seq: number }>().stream_seq) } })
    await connection.flush()
    await nats.publish(
      { subject: 'match.proposal', body: '{"canary":' },
      { subject: 'match.proposal', body: ['canary'] },
      { subject: 'match.proposal', body: { driver_id: 'ada', canary: true } },
      { subject: 'match.proposal', body: { driver_id: 'ada', passenger_id: 'x'.repeat(2_000) } },
      { subject: 'room.news', body: { room: 'canary*' } },
      { subject: 'match.proposal', body: { driver_id: 'ada', passenger_id: 'cursed' }, id: 'cursed' },
      { subject: 'match.proposal', body: { driver_id: 'nobody', passenger_id: 'knows them' } },
      ...proposals(5)
    )
    await until(() => nats.isSettled())
    await until(() => terminated.length === 6)
  })
  t.same(terminated, [1, 2, 3, 4, 5, 6], 'NATS tells where they lie')
  t.match(service.app.ingest?.counts(), { published: 6, dead_lettered: 6, retried: 4, received: 16 })
  await ada.request({ type: 'ping' })
  t.same(idsOf(ada), proposals(5).map(({ id }) => id))
  const letters = service.logs.filter(({ msg }) => msg === 'event is a dead letter')
  t.same(letters.map(({ level, position }) => [level, String(position).split(':')[1]]), ['1', '2', '3', '4', '5', '6'].map((seq) => [40, seq]))
  t.notMatch(JSON.stringify(service.logs), 'canary')
})

t.test('d21: a push that takes longer than NATS waits is not handed over again, because the node says that it is at it', async (t) => {
  const nats = await startNats(t)
  const service = await startNatsService(t, nats)
  beforePublish(service.app, () => sleep(2.5 * shortTimings.ackWaitMs))
  const ada = await connectAs(t, service, 'ada')
  await whenConsuming(service)
  await nats.publish(...proposals(3))
  await until(() => nats.isSettled())
  await ada.request({ type: 'ping' })
  t.same(idsOf(ada), proposals(3).map(({ id }) => id))
  t.match(service.app.ingest?.counts(), { received: 3, published: 3 })
})

t.test('d21: where that does not get through, another node is handed the event, and the client sees one', async (t) => {
  const [nats, redis] = [await startNats(t), await startRedis(t)]
  const env = { REDIS_URL: redis.url }
  const proxy = await startProxy(t, nats.port)
  const slow = await startNatsService(t, { url: `nats://127.0.0.1:${proxy.port}` }, { env })
  let goOn = (): void => {}
  const isOn = new Promise<void>((resolve) => { goOn = resolve })
  beforePublish(slow.app, () => isOn)
  await until(() => slow.app.relay.status().ready)
  await whenConsuming(slow)
  await until(() => isAskedFor(nats))
  proxy.swallow('up')
  await nats.publish(...proposals(3))
  await until(() => slow.app.ingest?.counts().received === 3)
  const other = await startNatsService(t, nats, { env })
  await until(() => other.app.relay.status().ready)
  const ada = await connectAs(t, other, 'ada')
  await until(() => other.app.ingest?.counts().published === 3)
  goOn()
  await until(() => slow.app.ingest?.counts().duplicates === 3)
  await ada.request({ type: 'ping' })
  t.same(idsOf(ada).sort(), proposals(3).map(({ id }) => id))
})

t.test('d22: with NATS away the service starts and its sockets go on; the log says so once', async (t) => {
  const nats = await startNats(t)
  await nats.kill()
  const service = await startNatsService(t, nats)
  t.equal((await fetch(`${service.address}/health/ready`)).status, 200)
  const [ada, bob] = [await memberOf(t, service, 'ada', 'taxi'), await memberOf(t, service, 'bob', 'taxi')]
  await until(() => service.app.ingest?.status().problem?.includes('connect') === true)
  t.equal((await bob.request({ type: 'send_message', room: 'taxi', payload: { content: 'hi' } })).type, 'ack')
  t.match(await ada.next('new_message'), { payload: { content: 'hi' } })
  await nats.restart()
  await whenConsuming(service)
  await nats.publish(...proposals(1))
  await ada.next('match.proposal')
  t.equal(service.logs.filter(({ msg }) => msg === 'no events from NATS, trying on').length, 1)
})

t.test('d22: after an outage the events that gathered are caught up with, in order, no more at once than agreed', async (t) => {
  const nats = await startNats(t)
  const proxy = await startProxy(t, nats.port)
  const service = await startNatsService(t, { url: `nats://127.0.0.1:${proxy.port}` })
  let [open, mostOpen] = [0, 0]
  beforePublish(service.app, async () => {
    open += 1
    mostOpen = Math.max(mostOpen, open)
    await sleep(5)
    open -= 1
  })
  const ada = await connectAs(t, service, 'ada')
  await whenConsuming(service)
  proxy.refuse()
  await until(() => service.app.ingest?.status().consuming === false)
  const count = 300
  await nats.publish(...proposals(count))
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  proxy.release()
  await until(() => proposalsOf(ada).length > count / 2)
  t.equal((await ada.request({ type: 'ping' })).type, 'pong')
  await until(() => proposalsOf(ada).length >= count)
  t.same(idsOf(ada), proposals(count).map(({ id }) => id))
  t.ok(mostOpen <= shortTimings.maxAckPending, `${mostOpen} at once`)
  await until(() => nats.isSettled())
})
