import t from 'tap'
import { defaultTimings } from '../../src/hub/timings.ts'
import type { TestClient } from '../client.ts'
import { connectAs, startService } from '../helper.ts'
import { castOf, received, timeless } from '../support/cast.ts'

/** Sends one after the other; resolves when the server has worked them off. Errors are returned. */
async function sendAll (client: TestClient, ...frames: object[]) {
  for (const frame of frames) client.send(frame)
  return await client.drain()
}

t.test('typing reaches the other members as user_typing with the sender (S0-09, S0-14, S0-28, S0-63, S3-78, S4-31, S4-55)', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  t.strictSame(await sendAll(ada, { type: 'typing', id: 't1', payload: { room_id: 'general' } }), [])
  t.strictSame(timeless(await bob.next()), {
    type: 'user_typing', room: 'general', payload: { is_typing: true }, sender: { id: 'ada', name: 'Ada' }
  })
})

t.test('neither the user\'s own tabs nor subscribers nor outsiders get user_typing', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  await sendAll(cast.ada, { type: 'typing', room: 'general' })
  t.strictSame(await received(cast), { bob: ['user_typing'] })
})

t.test('stop_typing says is_typing false, so that receivers can tell (S0-10, S0-64)', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  await sendAll(ada, { type: 'typing', room: 'general' }, { type: 'stop_typing', room: 'general' })
  t.strictSame((await bob.drain()).map(({ payload }) => payload), [{ is_typing: true }, { is_typing: false }])
})

t.test('is_typing in the payload overrules the type', async (t) => {
  const service = await startService(t)
  const { ada, bob } = await castOf(t, service, 'general')
  await sendAll(ada, { type: 'stop_typing', room: 'general', payload: { is_typing: true } }, { type: 'typing', room: 'general', data: { is_typing: false } })
  t.strictSame((await bob.drain()).map(({ payload }) => payload), [{ is_typing: true }, { is_typing: false }])
})

t.test('the same state is told at most once in the interval', async (t) => {
  const service = await startService(t, {}, { timings: { typingRepeatMs: 600_000 } })
  const { ada, bob } = await castOf(t, service, 'general')
  const typing = { type: 'typing', room: 'general' }
  const stop = { type: 'stop_typing', room: 'general' }
  await sendAll(ada, typing, typing, stop, stop, typing)
  t.strictSame((await bob.drain()).map(({ payload }) => payload), [{ is_typing: true }, { is_typing: false }])
})

t.test('after the interval the same state is told again', async (t) => {
  const service = await startService(t, {}, { timings: { typingRepeatMs: 0 } })
  const { ada, bob } = await castOf(t, service, 'general')
  const typing = { type: 'typing', room: 'general' }
  await sendAll(ada, typing, typing)
  t.strictSame((await bob.drain()).map(({ payload }) => payload), [{ is_typing: true }, { is_typing: true }])
})

t.test('the server takes the notice back when the typist falls silent', async (t) => {
  const service = await startService(t, {}, { timings: { typingTimeoutMs: 20 } })
  const { ada, bob } = await castOf(t, service, 'general')
  ada.send({ type: 'typing', room: 'general' })
  t.match(await bob.next(), { type: 'user_typing', payload: { is_typing: true } })
  t.match(await bob.next(), { type: 'user_typing', payload: { is_typing: false }, sender: { id: 'ada' } })
})

t.test('outside of tests the interval is one second, and silence counts after six', async (t) => {
  t.match(defaultTimings, { typingRepeatMs: 1_000, typingTimeoutMs: 6_000 })
})

t.test('typing without a room is ignored silently (S0-62, S4-33)', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  const frames = ['typing', 'stop_typing'].flatMap((type) => [{ type, id: 'x' }, { type, room: '' }, { type, payload: { room_id: '', is_typing: true } }])
  t.strictSame(await sendAll(cast.ada, ...frames), [])
  t.strictSame(await received(cast), {})
})

t.test('who is not a member is refused, with the id, and nobody is told (S0-63)', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  for (const client of [cast.olaf, cast.sue]) {
    t.match(await client.request({ type: 'typing', room: 'general' }), { type: 'error', payload: { code: 'NOT_IN_ROOM' } })
  }
  t.strictSame(await received(cast), {})
})

t.test('an is_typing that is no boolean is refused, and the text names it', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const { payload } = await ada.request({ type: 'typing', room: 'general', payload: { is_typing: 'yes' } })
  t.strictSame(payload, { code: 'INVALID_PAYLOAD', message: '/payload/is_typing: Expected boolean', severity: 'client' })
})
