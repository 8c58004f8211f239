import { Type } from '@sinclair/typebox'
import t from 'tap'
import { HubError } from '../../src/index.ts'
import { until } from '../helper.ts'
import { DRIVER } from '../support/ride-store.ts'
import { PLACE, startRides, type RideWorldOptions } from '../support/ride-world.ts'
import type { Teardown } from '../helper.ts'

/** A driver on the service, where the type `act` does what a test wants. */
async function startActing (t: Teardown, act: () => unknown, options: RideWorldOptions = {}) {
  const world = await startRides(t, options)
  world.service.app.hub.handle('act', { schema: Type.Unknown() }, act)
  return { ...world, dee: await world.driver() }
}

t.test('every message is a text frame of type and data, whatever the data; none is null (S1-21, S1-55, S1-90)', async (t) => {
  const { service: { app: { hub } }, dee } = await startActing(t, () => {})
  const values = [undefined, null, false, 0, '', 'a', [], [1, { b: null }], {}, { id: 'x', room: 'y' }]
  for (const payload of values) await hub.toUser(DRIVER, { type: 'note', payload })
  t.strictSame(await dee.drain(), values.map((data) => ({ type: 'note', data: data ?? null })))
})

t.test('what a client puts beside type and data is passed over (S1-21)', async (t) => {
  const { service: { logs }, dee, store } = await startActing(t, () => {})
  dee.sendText(JSON.stringify({ type: 'location_update', data: PLACE, id: 7, room: { name: 1 }, sender: 'x' }))
  t.same(await dee.drain(), [])
  t.equal(store.saved.length, 1)
  t.notOk(logs.some(({ level, msg, message_type: type }) => level > 30 || (msg === 'WebSocket operation failed' && type === 'location_update')))
})

t.test('an error is a message with code and text, and no more (S1-22, S1-32)', async (t) => {
  const { dee } = await startActing(t, () => {})
  dee.send('dance')
  t.strictSame(await dee.next(), { type: 'error', data: { code: 'INVALID_FORMAT', message: 'unknown message type: dance' } })
})

t.test('bad JSON is INVALID_FORMAT on a connection that stays (S1-34, S1-39)', async (t) => {
  const { dee, logged } = await startActing(t, () => {})
  for (const text of ['{', '[]', '"x"', '{"type":5}']) {
    dee.sendText(text)
    t.match(await dee.error(), { code: 'INVALID_FORMAT', message: /^invalid message format/ }, text)
  }
  t.match(logged('WebSocket operation failed'), { user_id: DRIVER, error_code: 'INVALID_FORMAT' })
  t.same(await dee.drain(), [])
})

t.test('an unknown type is INVALID_FORMAT and named, however often; no type is one, too (S1-40)', async (t) => {
  const { dee } = await startActing(t, () => {})
  for (let round = 0; round < 10; round += 1) {
    dee.send('dance', { step: round })
    t.strictSame(await dee.error(), { code: 'INVALID_FORMAT', message: 'unknown message type: dance' })
  }
  for (const text of ['{}', '{"data":1}', '{"type":null}', '{"type":""}']) {
    dee.sendText(text)
    t.strictSame(await dee.error(), { code: 'INVALID_FORMAT', message: 'unknown message type: ' }, text)
  }
  t.same(await dee.drain(), [])
})

t.test('the client\'s own mistake is told in full (S1-36, S1-60, S1-61, S1-64)', async (t) => {
  const { dee, logged } = await startActing(t, () => { throw new HubError('VALIDATION_FAILED', 'no dogs') })
  dee.send('act')
  t.strictSame(await dee.error(), { code: 'VALIDATION_FAILED', message: 'no dogs' })
  t.match(logged('WebSocket operation failed'), { user_id: DRIVER, error_code: 'VALIDATION_FAILED', reason: 'no dogs' })
  t.notOk(logged('Failed to handle WebSocket message'))
})

for (const [what, thrown] of [['an error', new Error('the disk is full')], ['a relay that is away', new HubError('UNAVAILABLE', 'the disk is full')]] as const) {
  t.test(`of the server's fault, ${what}, the client learns no more than that; the log has it all, and the loop goes on (S1-37, S1-60, S1-62, S1-64, S1-66)`, async (t) => {
    const { dee, logged } = await startActing(t, () => { throw thrown })
    dee.send('act')
    t.strictSame(await dee.error(), { code: 'INTERNAL_ERROR', message: 'Internal server error' })
    for (const words of ['WebSocket operation failed', 'Failed to handle WebSocket message']) {
      t.match(logged(words), { level: 50, user_id: DRIVER, error_code: String, message_type: 'act', err: { message: 'the disk is full' } }, words)
    }
    t.same(await dee.drain(), [])
  })
}

t.test('a matter of security is «Authentication required» (S1-35, S1-60, S1-63, S1-64)', async (t) => {
  const { dee, logged } = await startActing(t, () => { throw new HubError('UNAUTHORIZED', 'the key of Bob') })
  dee.send('act')
  t.strictSame(await dee.error(), { code: 'UNAUTHORIZED', message: 'Authentication required' })
  t.match(logged('WebSocket operation failed'), { level: 30, user_id: DRIVER, error_code: 'UNAUTHORIZED', reason: 'the key of Bob' })
  t.notOk(logged('Failed to handle WebSocket message'))
})

t.test('who sends too much is told RATE_LIMIT, and nothing but errors about it (S1-38)', async (t) => {
  const { dee } = await startActing(t, () => {}, { env: { WS_MESSAGE_RATE: '1', WS_MESSAGE_BURST: '5' } })
  for (let sent = 0; sent < 6; sent += 1) dee.send('act')
  t.match(await dee.next(), { type: 'error', data: { code: 'RATE_LIMIT', message: String } })
})

t.test('every message is in the log with user and type (S1-41)', async (t) => {
  const { dee, logged } = await startActing(t, () => {})
  dee.send('act')
  await until(() => logged('Processing WebSocket message') !== undefined)
  t.match(logged('Processing WebSocket message'), { level: 20, user_id: DRIVER, message_type: 'act' })
})

t.test('types that come in are the application\'s, those that go out nobody\'s (S1-23..S1-31, S1-33, S1-42)', async (t) => {
  const { driver } = await startRides(t)
  const dee = await driver()
  for (const type of ['location_update', 'beacon_update', 'finder_update', 'match_confirm', 'ride_start', 'ride_arrived', 'payment_process']) {
    dee.send(type)
    t.notMatch(await dee.error(), { message: /unknown/ }, type)
  }
  for (const type of ['match_proposal', 'ride_completed', 'ride_pickup']) {
    dee.send(type, {})
    t.match(await dee.error(), { code: 'INVALID_FORMAT', message: `unknown message type: ${type}` })
  }
})
