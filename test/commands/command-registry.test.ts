import { Type } from '@sinclair/typebox'
import t from 'tap'
import { connectAs, startService, tokenFor, until, type TestService } from '../helper.ts'
import { HubError } from '../../src/errors.ts'
import { connectRaw } from '../support/raw-peer.ts'
import { BINARY, clientFrame } from '../support/wire-frames.ts'

/** Types that are properties of every object, or events of every emitter. */
const treacherous = ['error', 'close', 'toString', '__proto__', 'constructor', 'hasOwnProperty', 'message', 'open', 'connected', 'ack']

const hostile = {
  get toString () { throw new Error('no text') }
}

t.test('an unknown type is refused and named, and the connection stays (S0-54)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const type of [...treacherous, 'PING', 'ping ', 'sub.scribe', '\u0000', '💬']) {
    const { error, payload } = await ada.request({ type })
    t.strictSame(payload, { code: 'UNKNOWN_TYPE', message: `unknown message type: ${type}`, severity: 'client' })
    t.equal(error, `unknown message type: ${type}`)
  }
  t.match(await ada.request({ type: 'ping' }), { type: 'pong' })
})

t.test('only the beginning of a long unknown type is repeated', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const { error } = await ada.request({ type: 'x'.repeat(60_000) })
  t.equal(error, `unknown message type: ${'x'.repeat(64)}`)
})

t.test('whatever a handler throws is INTERNAL_ERROR for the client and in full in the log (S1-37, S1-62, S1-64)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  service.app.hub.handle('fail', { schema: Type.Unknown() }, () => { throw new Error('disk 7 is full') })
  const { error, payload } = await ada.request({ type: 'fail' })
  t.strictSame(payload, { code: 'INTERNAL_ERROR', message: 'Internal server error', severity: 'server' })
  t.equal(error, 'Internal server error')
  const err = { message: 'disk 7 is full', stack: /command-registry\.test/ }
  t.match(failures(service), [{ level: 50, user_id: 'ada', error_code: 'INTERNAL_ERROR', message_type: 'fail', err }])
})

t.test('even what has no text and no prototype may be thrown, at once or later', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const thrown = [Object.create(null), hostile, 'text', Symbol('s'), null, undefined, 5n, () => {}, new Proxy({}, {}), { then: 1 }]
  service.app.hub.handle('throw', { schema: Type.Integer() }, (_context, index) => { throw thrown[index] })
  service.app.hub.handle('reject', { schema: Type.Integer() }, async (_context, index) => { throw thrown[index] })
  for (const index of thrown.keys()) {
    for (const type of ['throw', 'reject']) t.match(await ada.request({ type, payload: index }), { payload: { code: 'INTERNAL_ERROR' } })
  }
  t.equal(failures(service).length, 2 * thrown.length)
  t.match(await ada.request({ type: 'ping' }), { type: 'pong' })
})

t.test('a value that cannot be written as JSON is INTERNAL_ERROR', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const circle: { self?: unknown } = {}
  circle.self = circle
  service.app.hub.handle('circle', { schema: Type.Unknown() }, () => circle)
  service.app.hub.handle('bigint', { schema: Type.Unknown() }, async () => 5n)
  for (const type of ['circle', 'bigint']) t.match(await ada.request({ type }), { payload: { code: 'INTERNAL_ERROR' } })
})

t.test('of an UNAUTHORIZED error the client learns a fixed text, the log everything (S1-35, S1-63)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  service.app.hub.handle('secret', { schema: Type.Unknown() }, () => { throw new HubError('UNAUTHORIZED', 'session 17 was revoked') })
  const { error, payload } = await ada.request({ type: 'secret' })
  t.strictSame(payload, { code: 'UNAUTHORIZED', message: 'Authentication required', severity: 'security' })
  t.equal(error, 'Authentication required')
  t.match(failures(service), [{ error_code: 'UNAUTHORIZED', level: 30, reason: 'session 17 was revoked' }])
})

t.test('a client\'s own mistake goes out in full and is logged without an alarm (S1-36, S1-48, S1-61, S1-64)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  service.app.hub.handle('match_confirm', { schema: Type.Unknown() }, () => { throw new HubError('VALIDATION_FAILED', 'match_id is required') })
  const { payload } = await ada.request({ type: 'match_confirm' })
  t.strictSame(payload, { code: 'VALIDATION_FAILED', message: 'match_id is required', severity: 'client' })
  t.match(failures(service), [{ level: 30, user_id: 'ada', error_code: 'VALIDATION_FAILED', reason: 'match_id is required' }])
})

t.test('who goes away while it is let into a room is told in the log, but no fault of the service', async (t) => {
  const service = await startService(t)
  const peer = await connectRaw(t, service.address, { token: await tokenFor({ sub: 'ada' }) })
  // The binary frame ends the connection before the room is reached.
  peer.send({ type: 'join_room', room: 'general' }, clientFrame(BINARY, 'x'))
  await until(() => failures(service).length > 0)
  t.match(failures(service), [{ level: 30, user_id: 'ada', error_code: 'UNAVAILABLE', message_type: 'join_room', reason: /ended/ }])
})

t.test('each request is logged for debugging with user and type (S1-41)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  await ada.request({ type: 'ping' })
  await ada.request({ type: 'x'.repeat(1_000) })
  const lines = service.logs.filter(({ msg }) => msg === 'Processing WebSocket message')
  t.match(lines, [{ level: 20, user_id: 'ada', message_type: 'ping' }, { message_type: 'x'.repeat(64) }])
})

function failures ({ logs }: TestService) {
  return logs.filter(({ msg }) => msg === 'WebSocket operation failed')
}
