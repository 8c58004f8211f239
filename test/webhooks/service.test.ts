import Fastify from 'fastify'
import t from 'tap'
import hub from '../../plugins/hub.ts'
import metrics from '../../plugins/metrics.ts'
import relay from '../../plugins/relay.ts'
import rooms from '../../plugins/rooms.ts'
import sessions from '../../plugins/sessions.ts'
import webhooks from '../../plugins/webhooks.ts'
import jwt from '../../plugins/jwt.ts'
import { connectAs, memberOf, SECRET, startService, tokenFor, until, type Teardown } from '../helper.ts'
import { parseMetrics } from '../metrics/parse-metrics.ts'
import { linkRelays } from '../support/linked-relays.ts'
import { startReceiver, WEBHOOK_SECRET, type Receiver } from './receiver.ts'

/** A grace that does not end within a test. */
const LONG = '60s'
const QUICK = { webhookTimings: { pollMs: 5, retry: { minMs: 1, maxMs: 4 } } }

/** A service that tells a receiver. */
async function startTelling (t: Teardown, receiver: Receiver, env: Record<string, string> = {}) {
  return await startService(t, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET, WS_PRESENCE_GRACE: LONG, ...env }, QUICK)
}

t.test('a user connects, joins, leaves and closes in order: each is told at once', async (t) => {
  const receiver = await startReceiver(t)
  const service = await startTelling(t, receiver)
  const ada = await memberOf(t, service, { sub: 'ada', name: 'Ada' }, 'hall')
  await ada.request({ type: 'leave_room', room: 'hall' })
  await ada.close()
  t.strictSame(await receiver.hasHeard(6), ['connected ada', 'joined ada hall', 'room_occupied ada hall', 'left ada hall', 'room_empty ada hall', 'disconnected ada'])
  t.strictSame(receiver.requests[0]?.events[0]?.user, { id: 'ada', name: 'Ada' })
  t.equal(receiver.forged, 0)
})

t.test('a reload says nothing, nor do further tabs; the orderly end of the last one does', async (t) => {
  const receiver = await startReceiver(t)
  const service = await startTelling(t, receiver)
  const first = await memberOf(t, service, 'ada', 'hall')
  await first.close(1001)
  await until(() => service.app.hub.size === 0)
  const second = await memberOf(t, service, 'ada', 'hall')
  const third = await memberOf(t, service, 'ada', 'hall')
  second.socket.terminate()
  await second.closed
  await until(() => service.app.hub.size === 1)
  // Back from the break, and away in order.
  const fourth = await memberOf(t, service, 'ada', 'hall')
  await third.close()
  await fourth.close()
  await receiver.hasHeard(6)
  t.strictSame(receiver.told().sort(), ['connected ada', 'disconnected ada', 'joined ada hall', 'left ada hall', 'room_empty ada hall', 'room_occupied ada hall'])
})

t.test('who breaks off and stays away is told to be away after the grace', async (t) => {
  const receiver = await startReceiver(t)
  const service = await startTelling(t, receiver, { WS_PRESENCE_GRACE: '50ms' })
  const ada = await memberOf(t, service, 'ada', 'hall')
  ada.socket.terminate()
  const told = await receiver.hasHeard(6)
  t.strictSame(told.slice(3).sort(), ['disconnected ada', 'left ada hall', 'room_empty ada hall'])
  const events = receiver.requests.flatMap(({ events }) => events)
  const at = (type: string) => Date.parse(events.find((event) => event.type === type)?.at ?? '')
  t.ok(at('left') - at('joined') >= 49)
})

t.test('the hidden room with the grace shows nowhere', async (t) => {
  const receiver = await startReceiver(t)
  const service = await startTelling(t, receiver)
  await connectAs(t, service, 'ada')
  await receiver.hasHeard(1)
  const admin = { headers: { authorization: `Bearer ${await tokenFor({ sub: 'root', role: 'admin' })}` } }
  const shown = async (path: string) => await (await fetch(`${service.address}${path}`, admin)).json()
  t.match(await shown('/ws/rooms'), { rooms: [], count: 0 })
  t.match(await shown('/ws/stats'), { total_clients: 1, online_users: 1, total_rooms: 0 })
  t.match(await shown('/ws/users'), { count: 1 })
  t.match(await shown('/ws/online'), { online: 1, connections: 1 })
})

t.test('a receiver that hangs keeps nobody waiting: sockets go on, and the service ends in time', async (t) => {
  const receiver = await startReceiver(t)
  receiver.mood = 'hang'
  const service = await startTelling(t, receiver)
  const ada = await memberOf(t, service, 'ada', 'hall')
  await until(() => receiver.requests.length > 0)
  const bob = await memberOf(t, service, 'bob', 'hall')
  await bob.request({ type: 'send_message', room: 'hall', payload: { content: 'hello' } })
  t.match(await ada.next('new_message'), { payload: { content: 'hello' } })
  const startedAt = performance.now()
  await service.app.close()
  t.ok(performance.now() - startedAt < 5_000)
})

t.test('at the end of the service what its clients did last is sent', async (t) => {
  const receiver = await startReceiver(t)
  const service = await startService(t, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET, WS_PRESENCE_GRACE: LONG }, { webhookTimings: { pollMs: 60_000 } })
  const ada = await memberOf(t, service, 'ada', 'hall')
  await ada.close()
  await until(() => service.app.hub.size === 0)
  await service.app.close()
  t.strictSame(receiver.told().sort(), ['connected ada', 'disconnected ada', 'joined ada hall', 'left ada hall', 'room_empty ada hall', 'room_occupied ada hall'])
})

t.test('no log has the secret, the path of the address or who came, however much is logged', async (t) => {
  const receiver = await startReceiver(t)
  const url = receiver.url.replace('http://', 'http://user:canary@')
  const { logs, ...service } = await startService(t, { WEBHOOK_URL: url, WEBHOOK_SECRET, LOG_LEVEL: 'trace' }, QUICK)
  receiver.answers.push(500, 404)
  await connectAs(t, service, 'ada')
  await until(() => logs.some(({ msg }) => msg === 'webhook given up'))
  const lines = JSON.stringify(logs.filter((line) => line['logger'] === 'webhooks'))
  for (const secret of ['ada']) t.notMatch(lines, secret)
  for (const secret of ['canary', '/hooks', WEBHOOK_SECRET]) t.notMatch(JSON.stringify(logs), secret)
})

t.test('without an address nothing is logged or sent, and there is nothing to count', async (t) => {
  const { app, address } = await startService(t, { WEBHOOK_SECRET })
  t.equal(app.webhooks, undefined)
  const ada = await memberOf(t, { address }, 'ada', 'hall')
  await ada.close()
  await until(() => app.hub.size === 0)
  t.equal(app.relay.port.changes?.withConnections, false)
  t.equal(await app.relay.port.changes?.take(10, 0), undefined)
  t.notMatch(await app.metrics.text(), 'wshub_webhook')
})

t.test('the events are counted by what became of them', async (t) => {
  const receiver = await startReceiver(t)
  const service = await startTelling(t, receiver)
  receiver.answers.push(503, 400)
  await connectAs(t, service, 'ada')
  await until(() => service.app.webhooks?.counts().failed === 1)
  await connectAs(t, service, 'bob')
  await until(() => service.app.webhooks?.counts().sent === 1)
  t.match(parseMetrics(await service.app.metrics.text()), new Map(Object.entries({ sent: 1, failed: 1, dropped: 0, retried: 1 })
    .map(([outcome, count]) => [`wshub_webhook_events_total{outcome="${outcome}"}`, count])))
})

t.test('where only rooms are of interest, connections are not followed', async (t) => {
  const receiver = await startReceiver(t)
  const service = await startTelling(t, receiver, { WEBHOOK_EVENTS: 'room_occupied,room_empty' })
  t.equal(service.app.relay.port.changes?.withConnections, false)
  const ada = await memberOf(t, service, 'ada', 'hall')
  await ada.close()
  t.strictSame(await receiver.hasHeard(2), ['room_occupied ada hall', 'room_empty ada hall'])
})

t.test('as a plugin: wrong options, and a relay without a log, are refused when it is registered', async (t) => {
  const refused = async (options: object, port?: object) => {
    const app = Fastify()
    t.teardown(() => app.close())
    await app.register(jwt, { secret: SECRET })
    await app.register(relay, { ...port })
    await app.register(hub)
    await app.register(rooms)
    await app.register(sessions)
    await app.register(metrics)
    return await app.register(webhooks, options).then(() => 'taken', ({ message }: Error) => message)
  }
  const good = { url: 'https://user:canary@a/hooks', secret: WEBHOOK_SECRET }
  t.equal(await refused(good), 'taken')
  t.equal(await refused({}), 'taken')
  t.equal(await refused({ ...good, url: 'canary' }), 'WEBHOOK_URL: expected an http or https URL')
  t.equal(await refused({ url: good.url }), 'WEBHOOK_SECRET: expected at least 32 bytes, got 0')
  t.equal(await refused(good, { relay: linkRelays(t)[0] }), 'webhooks: the relay keeps no changes')
})
