import t from 'tap'
import { connectAs, startService } from '../helper.ts'
import { castOf, received, timeless } from '../support/cast.ts'

t.test('a ping is answered with a pong that has the id of the request (S2-31, S2-37, S4-34)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  t.strictSame(timeless(await ada.request({ type: 'ping' })), { type: 'pong', id: ada.lastId, payload: null })
})

t.test('a ping without an id gets a pong without one', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  ada.send({ type: 'ping' })
  t.strictSame(timeless(await ada.next()), { type: 'pong', payload: null })
})

t.test('a ping may carry anything and gets none of it back', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const payload of [{ t: 1 }, 'x', [1]]) t.equal((await ada.request({ type: 'ping', payload, more: 1 })).payload, null)
})

t.test('a pong goes to the asking connection alone', async (t) => {
  const service = await startService(t)
  const cast = await castOf(t, service, 'general')
  t.match(await cast.ada.request({ type: 'ping', room: 'general' }), { type: 'pong' })
  t.strictSame(await received(cast), {})
})
