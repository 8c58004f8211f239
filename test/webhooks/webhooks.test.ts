import t from 'tap'
import { MemoryRelay } from '../../src/relay/memory-relay.ts'
import type { RoomName } from '../../src/hub/topics.ts'
import { GRACE_ROOM } from '../../src/relay/presence-store.ts'
import { endpointOf } from '../../src/webhooks/endpoint.ts'
import { WEBHOOK_EVENTS } from '../../src/webhooks/webhook-event.ts'
import { defaultWebhookTimings } from '../../src/webhooks/webhook-settings.ts'
import { Webhooks, type WebhookParts } from '../../src/webhooks/webhooks.ts'
import { until, type Teardown } from '../helper.ts'
import { recordLogs } from '../support/log-recorder.ts'
import { startReceiver, WEBHOOK_SECRET } from './receiver.ts'

const QUICK = { ...defaultWebhookTimings, pollMs: 5, answerLimitMs: 2_000, retry: { minMs: 1, maxMs: 4 } }

/** What a test wants different. */
interface Options extends Partial<Omit<WebhookParts, 'timings'>> {
  readonly timings?: Partial<WebhookParts['timings']>
  readonly maxWaiting?: number
  readonly login?: string
}

/** Webhooks over a log of their own, to a real receiver. */
async function start (t: Teardown, { timings, maxWaiting = 10_000, login = '', ...options }: Options = {}) {
  const receiver = await startReceiver(t)
  const relay = new MemoryRelay()
  const { logger, lines } = recordLogs()
  const webhooks = new Webhooks({
    log: relay.changes,
    receiver: { endpoint: endpointOf(receiver.url.replace('http://', `http://${login}`)), key: Buffer.from(WEBHOOK_SECRET) },
    events: new Set(WEBHOOK_EVENTS),
    batchSize: 100,
    attempts: 5,
    logger,
    ...options,
    timings: { ...QUICK, ...timings }
  })
  relay.changes.begin({ maxWaiting, connections: true })
  webhooks.start()
  t.teardown(async () => {
    await webhooks.stop()
    await relay.close()
  })
  const enter = (id: string, room: RoomName = 'hall') => relay.presence.enter(room, occupantOf(id), 0)
  const leave = (id: string, room: RoomName = 'hall') => relay.presence.leave(room, occupantOf(id), 0)
  return { receiver, relay, webhooks, lines, enter, leave }
}

function occupantOf (id: string) {
  return { connectionId: `${id}-1`, user: { id, name: id.toUpperCase() }, as: 'member' } as const
}

t.test('what changes at once goes out together, signed, in order; rooms that are occupied or empty are events of their own', async (t) => {
  const { receiver, webhooks, enter, leave } = await start(t)
  enter('ada', GRACE_ROOM)
  enter('ada')
  enter('bob')
  leave('ada')
  leave('bob')
  leave('ada', GRACE_ROOM)
  await receiver.hasHeard(8)
  t.strictSame(receiver.told(), [
    'connected ada', 'joined ada hall', 'room_occupied ada hall', 'joined bob hall', 'left ada hall', 'left bob hall', 'room_empty bob hall', 'disconnected ada'
  ])
  const [request, ...others] = receiver.requests
  t.strictSame(others, [])
  t.match(request?.headers, { 'content-type': 'application/json', 'user-agent': 'wshub', 'webhook-id': /^[\w-]{36}$/, 'webhook-timestamp': /^\d{10}$/ })
  t.strictSame(Object.keys(JSON.parse(request?.body ?? '{}')), ['events'])
  t.strictSame(Object.keys(request?.events[1] ?? {}), ['id', 'type', 'user', 'room', 'at'])
  t.strictSame(Object.keys(request?.events[0] ?? {}), ['id', 'type', 'user', 'at'])
  t.match(request?.events[1], { user: { id: 'ada', name: 'ADA' }, at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ })
  t.equal(new Set(request?.events.map(({ id }) => id)).size, 8)
  t.equal(receiver.forged, 0)
  await webhooks.stop()
  t.strictSame(webhooks.counts(), { sent: 8, failed: 0, dropped: 0, retried: 0 })
})

t.test('one request at a time, none too long, all in order, however slow the receiver is', async (t) => {
  const { receiver, enter } = await start(t, { batchSize: 10 })
  receiver.slownessMs = 10
  const names = Array.from({ length: 60 }, (_, index) => `u${index}`)
  for (const name of names) enter(name)
  await receiver.hasHeard(61)
  t.strictSame(receiver.told().filter((line) => line.startsWith('joined')), names.map((name) => `joined ${name} hall`))
  t.equal(receiver.mostAtOnce, 1)
  t.ok(receiver.requests.every(({ events }) => events.length <= 10))
})

t.test('only what is wanted is sent', async (t) => {
  const { receiver, webhooks, enter, leave } = await start(t, { events: new Set(['room_empty', 'connected']) })
  enter('ada', GRACE_ROOM)
  for (const id of ['ada', 'bob']) enter(id)
  for (const id of ['bob', 'ada']) leave(id)
  leave('ada', GRACE_ROOM)
  await receiver.hasHeard(2)
  enter('carl')
  await webhooks.stop()
  t.strictSame(receiver.told(), ['connected ada', 'room_empty ada hall'])
  t.ok(receiver.requests.every(({ events }) => events.length > 0), 'no request says nothing')
})

for (const answer of [408, 429, 500, 503, 'cut', 'hang'] as const) {
  t.test(`what is answered with ${answer} is sent again, the same, and before all that came after it`, async (t) => {
    const { receiver, webhooks, lines, enter } = await start(t, { timings: { answerLimitMs: answer === 'hang' ? 500 : 5_000 } })
    receiver.answers.push(answer, answer)
    enter('ada')
    await until(() => receiver.requests.length > 0)
    enter('bob')
    await receiver.hasHeard(3)
    t.strictSame(receiver.told(), ['joined ada hall', 'room_occupied ada hall', 'joined bob hall'])
    const [first, ...again] = receiver.requests
    t.strictSame(again.slice(0, 2).map(({ body, headers }) => [body, headers['webhook-id']]), [1, 2].map(() => [first?.body, first?.headers['webhook-id']]))
    await webhooks.stop()
    t.strictSame(webhooks.counts(), { sent: 3, failed: 0, dropped: 0, retried: 4 })
    t.equal(receiver.forged, 0)
    t.strictSame(lines.filter(({ level }) => level !== 'debug').map(({ level, text }) => `${level} ${text}`), ['warn webhook not accepted, will be tried again', 'info webhooks are accepted again'])
  })
}

t.test('a receiver that is not there is tried again until it is', async (t) => {
  const { receiver, webhooks, lines, enter } = await start(t, { attempts: 1_000 })
  const { port } = receiver
  receiver.close()
  enter('ada')
  await until(() => webhooks.counts().retried > 4)
  t.match(lines[0]?.fields, { reason: 'ECONNREFUSED', receiver: `127.0.0.1:${port}` })
  await receiver.listen(port)
  await receiver.hasHeard(2)
})

t.test('what the receiver refuses is dropped with a warning, and the next is sent', async (t) => {
  const { receiver, webhooks, lines, enter } = await start(t)
  for (const answer of [400, 401, 404, 410, 422, 304]) {
    receiver.answers.push(answer)
    const before = webhooks.counts().failed
    enter(`canary-${answer}`)
    await until(() => webhooks.counts().failed > before)
  }
  enter('bob')
  await receiver.hasHeard(1)
  t.strictSame(receiver.told(), ['joined bob hall'])
  await webhooks.stop()
  t.strictSame(webhooks.counts(), { sent: 1, failed: 7, dropped: 0, retried: 0 })
  t.match(lines[0], { level: 'warn', text: 'webhook given up', fields: { webhook_id: receiver.requests[0]?.headers['webhook-id'], events: 2, reason: 'status 400' } })
  t.notMatch(JSON.stringify(lines), 'canary')
})

t.test('redirects are not followed', async (t) => {
  const { receiver, webhooks, enter } = await start(t)
  for (const status of [301, 302, 303, 307, 308]) {
    receiver.answers.push({ status, headers: { location: `${receiver.url}/elsewhere` } })
    const before = webhooks.counts().failed
    enter(`u${status}`)
    await until(() => webhooks.counts().failed > before)
  }
  t.strictSame(receiver.requests.map(({ path }) => path), Array(5).fill('/hooks'))
})

t.test('after so many attempts it is given up, and the next is sent', async (t) => {
  const { receiver, webhooks, lines, enter } = await start(t, { attempts: 3 })
  receiver.answers.push(500, 500, 500)
  enter('ada')
  await until(() => webhooks.counts().failed === 2)
  enter('bob')
  await receiver.hasHeard(1)
  t.strictSame(receiver.told(), ['joined bob hall'])
  t.equal(receiver.requests.length, 4)
  await webhooks.stop()
  t.strictSame(webhooks.counts(), { sent: 1, failed: 2, dropped: 0, retried: 4 })
  t.ok(lines.some(({ level, text, fields }) => level === 'warn' && text === 'webhook given up' && fields['reason'] === 'status 500'))
})

t.test('the pause that the receiver asks for is kept, up to a bound', async (t) => {
  const { receiver, lines, enter } = await start(t, { timings: { maxPauseMs: 50 } })
  for (const wish of ['1', '100', new Date(Date.now() + 60_000).toUTCString(), '0', 'soon']) {
    receiver.answers.push({ status: 429, headers: { 'retry-after': wish } })
    enter(`u${wish}`)
    const count = receiver.told().length
    await receiver.hasHeard(count + 1)
  }
  const pauses = lines.filter(({ text }) => text.startsWith('webhook not accepted')).map(({ fields }) => Number(fields['retry_after_ms']))
  t.strictSame(pauses.slice(0, 4), [50, 50, 50, 0])
  t.ok(Number(pauses[4]) <= QUICK.retry.minMs)
})

t.test('what waits is bounded: the oldest are dropped, counted, and said once', async (t) => {
  const { receiver, webhooks, lines, enter } = await start(t, { maxWaiting: 5, attempts: 1_000 })
  receiver.mood = 503
  enter('ada')
  await until(() => webhooks.counts().retried > 0)
  for (let index = 0; index < 12; index += 1) enter(`u${index}`)
  await until(() => webhooks.counts().dropped === 7)
  receiver.mood = 200
  await receiver.hasHeard(7)
  t.strictSame(receiver.told(), ['joined ada hall', 'room_occupied ada hall', ...[7, 8, 9, 10, 11].map((index) => `joined u${index} hall`)])
  await until(() => lines.some(({ text }) => text.startsWith('too many changes')))
  t.equal(lines.filter(({ text }) => text.startsWith('too many changes')).length, 1)
})

t.test('at the end what waits has one last attempt', async (t) => {
  const { receiver, webhooks, enter } = await start(t, { timings: { pollMs: 60_000 } })
  for (const id of ['ada', 'bob']) enter(id)
  await webhooks.stop()
  t.strictSame(receiver.told(), ['joined ada hall', 'room_occupied ada hall', 'joined bob hall'])
  enter('carl')
  await webhooks.stop()
  t.equal(receiver.requests.length, 1, 'it is over')
})

t.test('the end does not wait for a pause, nor long for a receiver; what it does not take is given back', async (t) => {
  const { receiver, webhooks, relay, lines, enter } = await start(t, { timings: { retry: { minMs: 60_000, maxMs: 60_000 }, lastAttemptMs: 50 } })
  receiver.answers.push({ status: 503, headers: { 'retry-after': '60' } }, 'hang')
  enter('ada')
  await until(() => lines.some(({ text }) => text.startsWith('webhook not accepted')))
  const startedAt = performance.now()
  await webhooks.stop()
  t.ok(performance.now() - startedAt < 2_000)
  t.equal(receiver.requests.length, 2)
  t.strictSame(webhooks.counts(), { sent: 0, failed: 0, dropped: 0, retried: 2 })
  const batch = { id: String(receiver.requests[0]?.headers['webhook-id']), claim: '', changes: [] }
  relay.changes.finish(batch)
  t.equal(relay.changes.take(1, 1), undefined, 'it was in the log')
})

t.test('a login in the address is sent as one, and no log has it, nor the path, at any level', async (t) => {
  const { receiver, lines, enter } = await start(t, { login: 'us%3Aer:canary%40@' })
  receiver.answers.push(500, 'cut', 404)
  enter('ada')
  await until(() => receiver.requests.length === 3)
  enter('bob')
  await receiver.hasHeard(1)
  for (const { headers } of receiver.requests) t.equal(headers.authorization, `Basic ${Buffer.from('us:er:canary@').toString('base64')}`)
  t.ok(lines.length > 2)
  for (const secret of ['canary', 'us:er', 'us%3Aer', '/hooks', WEBHOOK_SECRET]) t.notMatch(JSON.stringify(lines), secret)
})

t.test('a long answer is not read to its end', async (t) => {
  const { receiver, webhooks, enter } = await start(t)
  receiver.body = 'x'.repeat(1_000_000)
  enter('ada')
  await receiver.hasHeard(2)
  enter('bob')
  await until(() => webhooks.counts().sent === 3)
})
