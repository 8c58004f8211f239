import Fastify from 'fastify'
import t from 'tap'
import hub from '../../plugins/hub.ts'
import ingest from '../../plugins/ingest.ts'
import metrics from '../../plugins/metrics.ts'
import relay from '../../plugins/relay.ts'
import type { HandleEvent, IngestSource } from '../../src/ingest/ingest-source.ts'
import { errorCodes } from '../../src/protocol/error-codes.ts'
import { connectAs, memberOf, startService, until, type Teardown, type TestService } from '../helper.ts'
import { parseMetrics, typesIn } from '../metrics/parse-metrics.ts'
import { startRedis } from '../support/redis-server.ts'

async function metricsOf ({ app }: Pick<TestService, 'app'>): Promise<Map<string, number>> {
  return parseMetrics(await app.metrics.text())
}

/** An application with nothing but what metrics need. */
async function appWith (t: Teardown) {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(relay)
  await app.register(hub)
  await app.register(metrics)
  return app
}

/** Hands over what it is told to. */
class ScriptedSource implements IngestSource {
  handle: HandleEvent = async () => ({ kind: 'done' })

  start (handle: HandleEvent): void {
    this.handle = handle
  }

  status () {
    return { consuming: true }
  }

  async stop (): Promise<void> {}
}

t.test('connections and rooms are those of this moment (S2-69, S2-70)', async (t) => {
  const service = await startService(t)
  const ada = await memberOf(t, service, 'ada', 'general')
  await memberOf(t, service, 'bob', 'other')
  await connectAs(t, service, 'bob')
  t.match(await metricsOf(service), new Map([['websocket_clients_total', 3], ['websocket_rooms_total', 2]]))
  await ada.close()
  await until(() => service.app.hub.size === 2)
  t.match(await metricsOf(service), new Map([['websocket_clients_total', 2], ['websocket_rooms_total', 1]]))
})

t.test('messages are counted by direction, and told per second while they come (S2-71, S3-81)', async (t) => {
  const service = await startService(t)
  const [ada, bob] = [await memberOf(t, service, 'ada', 'general'), await memberOf(t, service, 'bob', 'general')]
  const before = await metricsOf(service)
  for (let count = 0; count < 10; count += 1) await ada.request({ type: 'publish', room: 'general', payload: count })
  for (let count = 0; count < 10; count += 1) await bob.next('message')
  const after = await metricsOf(service)
  for (const direction of ['in', 'out']) {
    const key = `websocket_messages_total{direction="${direction}"}`
    t.equal((after.get(key) ?? 0) - (before.get(key) ?? 0), 10, key)
    t.ok((after.get(`websocket_messages_per_second{direction="${direction}"}`) ?? 0) > 0, direction)
  }
})

t.test('refused requests are counted by error code, and every code is told from the start (S2-72)', async (t) => {
  const service = await startService(t)
  const errors = async (): Promise<Array<[string, number]>> => [...await metricsOf(service)].filter(([key]) => key.startsWith('websocket_errors_total'))
  t.same(await errors(), Object.keys(errorCodes).map((code) => [`websocket_errors_total{code="${code}"}`, 0]))
  const ada = await connectAs(t, service, 'ada')
  for (const type of ['dance', 'sing', 'leave_room']) await ada.request({ type })
  ada.send('no JSON')
  await ada.next('error')
  t.same((await errors()).filter(([, count]) => count > 0).sort(), [
    ['websocket_errors_total{code="INVALID_FORMAT"}', 1], ['websocket_errors_total{code="MISSING_ROOM"}', 1], ['websocket_errors_total{code="UNKNOWN_TYPE"}', 2]
  ])
})

t.test('the latency of publishing is sampled each time, in one process and over Redis (S3-81)', async (t) => {
  const server = await startRedis(t)
  for (const env of [{}, { REDIS_URL: server.url }]) {
    const service = await startService(t, env)
    await until(() => service.app.relay.status().ready)
    for (const count of [1, 2]) t.equal((await metricsOf(service)).get('websocket_publish_seconds_count'), count)
    t.ok(((await metricsOf(service)).get('websocket_publish_seconds_sum') ?? 0) > 0)
  }
})

t.test('while Redis is away the metrics are told all the same, without that sample', async (t) => {
  const server = await startRedis(t)
  const service = await startService(t, { REDIS_URL: server.url })
  await until(() => service.app.relay.status().ready)
  await server.stop()
  await until(() => !service.app.relay.status().ready)
  t.match(await metricsOf(service), new Map([['websocket_clients_total', 0], ['websocket_publish_seconds_count', 0]]))
})

t.test('each metric is told once, those of the process among them', async (t) => {
  const app = await appWith(t)
  const texts = await Promise.all([app.metrics.text(), app.metrics.text()])
  for (const text of texts) {
    const names = typesIn(text).map(([name]) => name)
    t.equal(new Set(names).size, names.length)
    t.ok(names.includes('process_cpu_seconds_total'))
  }
})

t.test('events from other services are counted by what became of them, where the node takes any', async (t) => {
  const source = new ScriptedSource()
  const app = await appWith(t)
  await app.register(ingest, { source, subjects: 'ride.* -> rooms from ride_id' })
  await app.ready()
  const total = (outcome: string) => `wshub_ingest_events_total{outcome="${outcome}"}`
  t.match(await metricsOf({ app }), new Map([[total('received'), 0], [total('published'), 0]]))
  await source.handle({ subject: 'ride.started', id: '1', position: '1', body: Buffer.from('{"ride_id":"r1"}'), attempt: 1 })
  await source.handle({ subject: 'ride.started', id: '2', position: '2', body: Buffer.from('no JSON'), attempt: 1 })
  t.match(await metricsOf({ app }), new Map([[total('received'), 2], [total('published'), 1], [total('dead_lettered'), 1]]))
})

t.test('a node that takes no events, or is made without that part, tells nothing of them', async (t) => {
  const [without, withNone] = [await appWith(t), await appWith(t)]
  await withNone.register(ingest)
  for (const app of [without, withNone]) t.notMatch(await app.metrics.text(), 'wshub_ingest')
})
