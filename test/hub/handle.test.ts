import { Type } from '@sinclair/typebox'
import t from 'tap'
import { HubUsageError } from '../../src/errors.ts'
import { enter, startHub } from '../support/test-hub.ts'

const any = { schema: Type.Unknown() }

t.test('a handler gets the checked payload and who asks (S2-49, S2-53, S1-42)', async (t) => {
  const service = await startHub(t)
  let seen: unknown
  service.hub.handle('get_user', { schema: Type.Object({ id: Type.String() }) }, (context, { id }) => {
    seen = { id, type: context.type, room: context.room, request: context.id, user: context.user, connection: context.connection.id }
  })
  const ada = await enter(t, service, 'ada', { roles: ['admin', 'user'] })
  ada.send({ type: 'get_user', id: '7', room: 'hall', payload: { id: 'bob' } })
  await ada.next('ack')
  const user = { id: 'ada', name: 'ada', roles: ['admin', 'user'] }
  t.same(seen, { id: 'bob', type: 'get_user', room: 'hall', request: '7', user, connection: service.opened[0]?.id })
})

t.test('a payload against the schema never reaches the handler, and the text names the place (S2-54)', async (t) => {
  const service = await startHub(t)
  let ran = 0
  service.hub.handle('get_user', { schema: Type.Object({ id: Type.String() }) }, () => { ran += 1 })
  const ada = await enter(t, service, 'ada')
  const { payload } = await ada.request({ type: 'get_user', payload: { id: 7 } })
  t.match(payload, { code: 'INVALID_PAYLOAD', message: /^\/payload\/id: / })
  t.equal(ran, 0)
})

t.test('a handler for certain roles refuses all others with FORBIDDEN', async (t) => {
  const service = await startHub(t)
  service.hub.handle('close_shop', { ...any, roles: ['owner', 'admin'] }, () => 'closed')
  const user = await enter(t, service, 'ada')
  const admin = await enter(t, service, 'bob', { roles: ['user', 'admin'] })
  t.match(await user.request({ type: 'close_shop' }), { type: 'error', payload: { code: 'FORBIDDEN' } })
  t.match(await admin.request({ type: 'close_shop' }), { type: 'ack', payload: { result: 'closed' } })
})

t.test('a handler that returns nothing is acknowledged', async (t) => {
  const service = await startHub(t)
  service.hub.handle('sync', any, () => {})
  service.hub.handle('async', any, async () => {})
  const ada = await enter(t, service, 'ada')
  t.same([(await ada.request({ type: 'sync' })).payload, (await ada.request({ type: 'async' })).payload], [{}, {}])
})

t.test('a value becomes the result in the acknowledgement, whatever it is', async (t) => {
  const service = await startHub(t)
  const values = [{ a: 1 }, [], 'text', '', 0, false, null]
  const rest = [...values]
  service.hub.handle('next', any, () => rest.shift())
  service.hub.handle('later', any, async () => 'later')
  service.hub.handle('thenable', any, () => ({ then: (resolve: (value: string) => void) => { resolve('awaited') } }))
  const ada = await enter(t, service, 'ada')
  for (const result of values) t.same((await ada.request({ type: 'next' })).payload, { result })
  t.same((await ada.request({ type: 'later' })).payload, { result: 'later' })
  t.same((await ada.request({ type: 'thenable' })).payload, { result: 'awaited' })
})

t.test('a reply of the handler goes to the asking connection alone, with the id of its request (S2-50)', async (t) => {
  const service = await startHub(t)
  service.hub.handle('get_user', any, ({ reply }) => { reply('user_data', { name: 'Ada' }) })
  const ada = await enter(t, service, 'ada')
  const tab = await enter(t, service, 'ada')
  t.match(await ada.request({ type: 'get_user' }), { type: 'user_data', id: ada.lastId, payload: { name: 'Ada' } })
  t.equal((await ada.next('ack')).id, ada.lastId)
  t.same(await tab.drain(), [])
})

t.test('names of the protocol, of later versions too, cannot be taken', async (t) => {
  const { hub } = await startHub(t)
  for (const type of ['join_room', 'ping', 'ack', 'error', 'history', 'resume', 'refresh_token', 'gap', 'system.alert']) {
    t.throws(() => hub.handle(type, any, () => {}), new HubUsageError('HUB_ERR_RESERVED_TYPE', `the message type ${type} belongs to the protocol`))
  }
})

t.test('a name can be taken once', async (t) => {
  const { hub } = await startHub(t)
  hub.handle('get_user', any, () => {})
  t.throws(() => hub.handle('get_user', any, () => {}), { code: 'HUB_ERR_TYPE_TAKEN' })
})

t.test('a12: a type that nobody handles is UNKNOWN_TYPE, also when it is the name of an object property (S0-54, S2-55)', async (t) => {
  const service = await startHub(t)
  const ada = await enter(t, service, 'ada')
  for (const type of ['get_user', 'constructor', '__proto__', 'toString']) {
    t.match((await ada.request({ type })).payload, { code: 'UNKNOWN_TYPE', message: `unknown message type: ${type}` })
  }
})
