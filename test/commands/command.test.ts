import t from 'tap'
import { connectAs, startService } from '../helper.ts'
import { timeless } from '../support/cast.ts'

/** The types that read payload.room_id, with their replies. */
const replies = { join_room: 'room_info', online_users: 'online_users', subscribe: 'subscribed', unsubscribe: 'unsubscribed', leave_room: 'ack' }
const silent = ['typing', 'stop_typing']

t.test('a room may stand at the top or in payload.room_id, or be the same in both; "" counts as absent (S0-20, S0-27, S4-27, S4-29)', async (t) => {
  const service = await startService(t, { WS_MESSAGE_RATE: '0' })
  const ada = await connectAs(t, service, 'ada')
  const spellings = [
    { room: 'general' },
    { room: 'general', payload: null },
    { payload: { room_id: 'general' } },
    { data: { room_id: 'general' } },
    { room: '', payload: { room_id: 'general' } },
    { room: 'general', payload: { room_id: '' } },
    { room: 'general', payload: { room_id: 'general' } }
  ]
  for (const [type, reply] of Object.entries(replies)) {
    for (const spelling of spellings) t.equal((await ada.request({ type, ...spelling })).type, reply, `${type} ${JSON.stringify(spelling)}`)
  }
})

t.test('two different rooms in one request are refused, and the text names the path', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const type of [...Object.keys(replies), ...silent]) {
    const { payload } = await ada.request({ type, room: 'general', payload: { room_id: 'other' } })
    t.strictSame(payload, { code: 'INVALID_PAYLOAD', message: '/payload/room_id: expected the same room as /room', severity: 'client' }, type)
  }
  t.equal(service.app.hub.roomCount, 0)
})

t.test('a request about a room that names none is refused (S0-60, S0-61)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const type of Object.keys(replies)) {
    for (const nowhere of [{}, { room: '' }, { payload: {} }, { room: '', payload: { room_id: '' } }]) {
      const { payload } = await ada.request({ type, ...nowhere })
      t.strictSame(payload, { code: 'MISSING_ROOM', message: 'room is required', severity: 'client' }, type)
    }
  }
})

t.test('a room of another type than string is refused, and the text names path and expectation (S0-60, S0-61)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const cases: Array<[object, string]> = [
    [{ room: 5 }, '/room: Expected string'],
    [{ room: null }, '/room: Expected string'],
    [{ payload: { room_id: ['general'] } }, '/payload/room_id: Expected string'],
    [{ room: 'general', payload: 'general' }, '/payload: Expected object']
  ]
  for (const type of [...Object.keys(replies), ...silent]) {
    for (const [fields, message] of cases) {
      const words = message.startsWith('/payload') && (type === 'join_room' || type === 'leave_room') ? 'invalid room payload: ' : ''
      t.strictSame((await ada.request({ type, ...fields })).payload, { code: 'INVALID_PAYLOAD', message: `${words}${message}`, severity: 'client' }, type)
    }
  }
})

t.test('an error frame holds code, text and severity, the text once more at the top, and the id (S0-15, S0-29, S1-22, S1-32, S2-36)', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  t.strictSame(timeless(await ada.request({ type: 'subscribe' })), {
    type: 'error',
    id: ada.lastId,
    payload: { code: 'MISSING_ROOM', message: 'room is required', severity: 'client' },
    error: 'room is required'
  })
})

t.test('an id of 1 to 64 units is echoed as it is', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const id of ['0', 'x'.repeat(64), '\u{1F600}'.repeat(32), ' \n\u0000"\\', '__proto__', '\ud800']) {
    ada.send({ type: 'ping', id })
    t.equal((await ada.next('pong')).id, id)
    ada.send({ type: 'nothing', id })
    t.equal((await ada.next('error')).id, id)
  }
})

t.test('any other id is refused and not echoed', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const cases: Array<[unknown, string]> = [
    ['', '/id: Expected string length greater or equal to 1'],
    ['x'.repeat(65), '/id: Expected string length less or equal to 64'],
    [5, '/id: Expected string'],
    [null, '/id: Expected string']
  ]
  for (const [id, message] of cases) {
    ada.send({ type: 'ping', id })
    t.strictSame(timeless(await ada.next()), { type: 'error', payload: { code: 'INVALID_PAYLOAD', message, severity: 'client' }, error: message })
  }
})

t.test('further fields that the protocol does not know are ignored', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  const further = { version: 1, from: 'eve', to: ['x'], client_id: {}, constructor: 1, toString: null }
  t.equal((await ada.request({ type: 'join_room', room: 'general', payload: { password: 'x', ...further }, ...further })).type, 'room_info')
})

t.test('a request that is refused changes nothing', async (t) => {
  const service = await startService(t)
  const ada = await connectAs(t, service, 'ada')
  for (const fields of [{ room: ' general' }, { room: 'general', payload: [] }, { room: 'general', payload: { room_id: 1 } }]) {
    t.equal((await ada.request({ type: 'join_room', ...fields })).type, 'error')
  }
  t.match(await ada.request({ type: 'online_users', room: 'general' }), { payload: { count: 0 } })
})
