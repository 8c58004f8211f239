import { setImmediate } from 'node:timers/promises'
import { Type } from '@sinclair/typebox'
import t from 'tap'
import { connectAs, startService } from '../helper.ts'
import { HubError } from '../../src/errors.ts'
import { timeless } from '../support/cast.ts'

const anything = { schema: Type.Unknown() }

t.test('an application answers its own types, and the request is acknowledged (S1-42, S2-49, S2-50, S2-53)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  service.app.hub.handle('get_user', { schema: Type.Object({ user_id: Type.Integer() }) }, ({ reply }, payload) => {
    reply('user_data', { id: payload.user_id, name: 'Bob' })
  })
  ada.send({ type: 'get_user', id: 'q1', data: { user_id: 5 } })
  t.strictSame(timeless(await ada.next()), { type: 'user_data', id: 'q1', payload: { id: 5, name: 'Bob' } })
  t.strictSame(timeless(await ada.next()), { type: 'ack', id: 'q1', payload: {} })
})

t.test('what a handler returns, at once or later, becomes the result of the ack', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const results = [{ a: 1 }, [], 'text', 0, false, null]
  service.app.hub.handle('now', { schema: Type.Integer() }, (_context, index) => results[index])
  service.app.hub.handle('later', { schema: Type.Integer() }, async (_context, index) => await setImmediate(results[index]))
  for (const [index, result] of results.entries()) {
    t.strictSame((await ada.request({ type: 'now', payload: index })).payload, { result })
    t.strictSame((await ada.request({ type: 'later', payload: index })).payload, { result })
  }
})

t.test('a handler that returns nothing, at once or later, is acknowledged without a result', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  service.app.hub.handle('now', anything, () => {})
  service.app.hub.handle('later', anything, async () => {})
  for (const type of ['now', 'later']) t.strictSame((await ada.request({ type })).payload, {})
})

t.test('a thenable that is no promise is waited for', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  service.app.hub.handle('query', anything, () => ({ then: (resolve: (rows: number[]) => void) => resolve([1, 2]) }))
  t.strictSame((await ada.request({ type: 'query' })).payload, { result: [1, 2] })
})

t.test('a handler knows connection, user, type, id, room and application', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, { sub: '7', name: 'Ada', role: 'driver', roles: ['vip'] })
  service.app.hub.handle('who', anything, ({ connection, user, type, id, room, app }) => (
    { isKnown: app.hub.find(connection).length === 1 && app === service.app, user, type, id, room }
  ))
  t.strictSame((await ada.request({ type: 'who', room: 'general' })).payload, {
    result: { isKnown: true, user: { id: '7', name: 'Ada', roles: ['driver', 'vip'] }, type: 'who', id: ada.lastId, room: 'general' }
  })
})

t.test('a payload that the schema does not accept never reaches the handler, and the text names the path', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  let calls = 0
  const schema = Type.Object({ latitude: Type.Number({ minimum: -90, maximum: 90 }) })
  service.app.hub.handle('location_update', { schema }, () => { calls += 1 })
  t.match(await ada.request({ type: 'location_update', payload: { latitude: 91 } }), {
    payload: { code: 'INVALID_PAYLOAD', message: '/payload/latitude: Expected number to be less or equal to 90' }
  })
  t.match(await ada.request({ type: 'location_update' }), { payload: { message: '/payload/latitude: Expected required property' } })
  t.match(await ada.request({ type: 'location_update', payload: { latitude: 4 } }), { type: 'ack' })
  t.equal(calls, 1)
})

t.test('of a long path only the beginning is repeated', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  service.app.hub.handle('count', { schema: Type.Record(Type.String(), Type.Integer()) }, () => {})
  const { error } = await ada.request({ type: 'count', payload: { ['k'.repeat(60_000)]: 'x' } })
  t.equal(error, `/payload/${'k'.repeat(63)}…: Expected integer`)
})

t.test('a type for certain roles is forbidden to everybody else', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const driver = await connectAs(t, service, { sub: 'd', role: 'user', roles: ['driver'] })
  service.app.hub.handle('ride_start', { ...anything, roles: ['driver', 'admin'] }, () => 'started')
  t.match(await ada.request({ type: 'ride_start' }), { payload: { code: 'FORBIDDEN', message: 'ride_start needs one of the roles driver, admin' } })
  t.strictSame((await driver.request({ type: 'ride_start' })).payload, { result: 'started' })
})

t.test('a HubError that a handler throws, at once or later, goes out with its code and the id (S2-54)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  service.app.hub.handle('now', anything, () => { throw new HubError('VALIDATION_FAILED', 'invalid request') })
  service.app.hub.handle('later', anything, async () => { throw new HubError('VALIDATION_FAILED', 'invalid request') })
  for (const type of ['now', 'later']) {
    t.match(await ada.request({ type }), { type: 'error', payload: { code: 'VALIDATION_FAILED', message: 'invalid request' }, error: 'invalid request' })
  }
})

t.test('requests that come while a handler takes its time are worked off after it, in the order sent', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  service.app.hub.handle('slow', anything, async () => { for (let turn = 0; turn < 5; turn++) await setImmediate() })
  for (const type of ['slow', 'ping', 'slow', 'unknown', 'ping']) ada.send({ type })
  const types = []
  for (let n = 0; n < 5; n++) types.push((await ada.next()).type)
  t.strictSame(types, ['ack', 'pong', 'ack', 'error', 'pong'])
})

t.test('names of the protocol, today\'s and later ones, cannot be taken', async (t) => {
  const { app: { hub } } = await startService(t)
  for (const type of ['ping', 'publish', 'history', 'resume', 'refresh_token', 'connected', 'gap', 'error', 'system.alert']) {
    t.throws(() => hub.handle(type, anything, () => {}), { name: 'HubUsageError', code: 'HUB_ERR_RESERVED_TYPE' }, type)
  }
})

t.test('a name can be taken once', async (t) => {
  const { app: { hub } } = await startService(t)
  hub.handle('location_update', anything, () => {})
  t.throws(() => hub.handle('location_update', anything, () => {}), { name: 'HubUsageError', code: 'HUB_ERR_TYPE_TAKEN' })
})

t.test('an application may handle the types of the mobility document (S1-23, S1-24, S1-25, S1-27, S1-28, S1-29, S1-31, S1-33, S2-55)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const types = ['location_update', 'beacon_update', 'finder_update', 'match_confirm', 'ride_start', 'ride_arrived', 'payment_process', 'ride_pickup']
  for (const type of types) service.app.hub.handle(type, anything, () => type)
  for (const type of types) t.strictSame((await ada.request({ type })).payload, { result: type })
  t.match(await ada.request({ type: 'ride_dropped' }), { error: 'unknown message type: ride_dropped' })
})
