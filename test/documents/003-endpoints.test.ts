import t from 'tap'
import { getJson, postJson, tokenFor, type Claims, type TestService } from '../helper.ts'
import { TIMESTAMP } from '../support/cast.ts'
import { enter, heardBy, startEvents } from './clients/events-peer.ts'

const ADMIN = { sub: 1, role: 'admin' }
const SUPERADMIN = { sub: 2, role: 'superadmin' }
const USER = { sub: 123, role: 'user' }

async function statsFor (service: TestService, claims: Claims): ReturnType<typeof getJson> {
  return await getJson(service, '/ws/stats', { headers: { authorization: `Bearer ${await tokenFor(claims)}` } })
}

t.test('an administrator\'s broadcast reaches every client as system.alert, in the document\'s envelope (S3-16, S3-18, S3-28, S3-29, S3-30, S3-56, X42, X43)', async (t) => {
  const service = await startEvents(t)
  const peers = [await enter(t, service, USER), await enter(t, service, USER), await enter(t, service, ADMIN)]
  const body = { message: 'System maintenance in 10 minutes', priority: 'high', metadata: { scheduled_time: '2026-01-01T22:00:00Z' } }
  const startedAt = Date.now()
  t.match(await postJson(service, '/ws/broadcast', body, ADMIN), {
    status: 200, body: { success: true, message: 'Broadcast sent successfully', recipients: 3, stats: { total_clients: 3, by_role: { user: 2, admin: 1 } } }
  })
  for (const peer of peers) {
    const { type, data, timestamp } = await peer.hear()
    t.strictSame({ type, data }, { type: 'system.alert', data: body })
    t.ok(Date.parse(timestamp) >= startedAt && Date.parse(timestamp) <= Date.now())
  }
})

t.test('priority and metadata may be left out (S3-31)', async (t) => {
  const service = await startEvents(t)
  const peer = await enter(t, service, USER)
  for (const body of [{ message: 'Hello everyone!', priority: 'normal' }, { message: 'Hello everyone!' }]) {
    t.match(await postJson(service, '/ws/broadcast', body, SUPERADMIN), { status: 200, body: { success: true, recipients: 1 } })
    t.strictSame((await peer.hear()).data, { message: 'Hello everyone!', priority: 'normal', metadata: {} })
  }
})

t.test('the statistics name all clients, those of each role, and the time (S3-26, S3-27, S3-36, S3-54, X22)', async (t) => {
  const service = await startEvents(t)
  for (const claims of [USER, USER, { sub: 456 }, ADMIN]) await enter(t, service, claims)
  for (const claims of [ADMIN, SUPERADMIN]) {
    const { status, body } = await statsFor(service, claims)
    t.equal(status, 200)
    t.match(body, { total_clients: 4, timestamp: TIMESTAMP })
    t.strictSame(body['by_role'], { user: 3, admin: 1 })
  }
})

t.test('stats and broadcast: 401 without a good token, 403 «admin access required» with a user\'s (S3-53, S3-55, S3-65, S3-71, S3-72, X23)', async (t) => {
  const service = await startEvents(t)
  const unauthorized = { status: 401, body: { error: 'authentication required', code: 'UNAUTHORIZED' } }
  t.match(await getJson(service, '/ws/stats'), unauthorized)
  t.match(await getJson(service, '/ws/stats', { headers: { authorization: 'Bearer eyJ' } }), unauthorized)
  t.match(await postJson(service, '/ws/broadcast', { message: 'hello' }), unauthorized)
  const forbidden = { status: 403, body: { error: 'admin access required' } }
  t.match(await statsFor(service, USER), forbidden)
  const peer = await enter(t, service, USER)
  t.match(await postJson(service, '/ws/broadcast', { message: 'hello' }, USER), forbidden)
  t.match(await heardBy(service, { peer }), { peer: [] })
})

t.test('the test broadcast of the troubleshooting guide arrives, and the health route answers (S3-32, S3-70, S3-73)', async (t) => {
  const service = await startEvents(t)
  const peer = await enter(t, service, USER)
  t.match(await getJson(service, '/health'), { status: 200, body: { status: 'healthy', clients: 1 } })
  t.match(await postJson(service, '/ws/broadcast', { message: 'Test message' }, ADMIN), { body: { recipients: 1 } })
  t.match(await peer.hear(), { type: 'system.alert', data: { message: 'Test message' } })
})
