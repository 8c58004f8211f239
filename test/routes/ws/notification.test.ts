import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import { NotificationSchema, toNotification } from '../../../routes/ws/notification.ts'
import { connectAs, postJson, startService } from '../../helper.ts'

const admin = { sub: 'root', role: 'admin' }
const service = await startService(t)
const witness = await connectAs(t, service, 'witness')

/** The refusal of a body. */
async function refusalOf (body: unknown): Promise<{ status: number, code: unknown, error: string }> {
  const answer = await postJson(service, '/ws/broadcast', body, admin)
  return { status: answer.status, code: answer.body['code'], error: String(answer.body['error']) }
}

t.test('A body of the wrong types is refused with the name of the field', async (t) => {
  const wrong: Array<[field: string, body: unknown]> = [
    ['message', { message: 7 }], ['message', { message: '' }], ['message', { message: null }], ['message', { message: ['x'] }],
    ['priority', { message: 'x', priority: 'urgent' }], ['priority', { message: 'x', priority: 1 }],
    ['metadata', { message: 'x', metadata: 'x' }], ['metadata', { message: 'x', metadata: [] }], ['metadata', { message: 'x', metadata: null }],
    ['type', { type: 7 }], ['type', { type: '' }], ['type', { type: 'x'.repeat(129) }],
    ['id', { message: 'x', id: 7 }], ['id', { message: 'x', id: '' }], ['id', { message: 'x', id: 'x'.repeat(65) }],
    ['target', { message: 'x', target: 'all' }], ['target', { message: 'x', target: [] }], ['target', { message: 'x', target: null }],
    ['target/users', { message: 'x', target: { users: 'ada' } }], ['target/users/0', { message: 'x', target: { users: [7] } }],
    ['target/user', { message: 'x', target: { user: ['ada'] } }], ['target/rooms/1', { message: 'x', target: { rooms: ['a', null] } }],
    ['except/roles', { message: 'x', except: { roles: {} } }], ['except/connections/0', { message: 'x', except: { connections: [''] } }]
  ]
  for (const [field, body] of wrong) {
    t.match(await refusalOf(body), { status: 400, code: 'INVALID_PAYLOAD', error: new RegExp(`/${field}\\b`) }, JSON.stringify(body).slice(0, 60))
  }
})

t.test('A body that is no object is refused', async (t) => {
  for (const body of [[], 'x', 7, null, true, [{ message: 'x' }]]) t.match(await refusalOf(body), { status: 400, code: 'INVALID_PAYLOAD' }, JSON.stringify(body))
})

t.test('Neither form, and both forms together, are refused', async (t) => {
  const bodies = [
    {}, { priority: 'high' }, { metadata: {} }, { payload: 1 }, { target: { users: ['ada'] } },
    { message: 'x', type: 'note' }, { message: 'x', payload: 1 }, { message: 'x', payload: null }, { message: 'x', type: 'note', payload: 1 },
    { type: 'note', priority: 'high' }, { type: 'note', metadata: {} }
  ]
  for (const body of bodies) t.match(await refusalOf(body), { status: 400, code: 'INVALID_PAYLOAD', error: /\/(message|type): expected/ }, JSON.stringify(body))
})

t.test('A target that is there but empty is refused', async (t) => {
  for (const target of [{}, { users: [] }, { users: [], roles: [], rooms: [], connections: [] }]) {
    t.match(await refusalOf({ message: 'x', target }), { status: 400, code: 'INVALID_PAYLOAD', error: /\/target: expected at least one/ })
  }
})

t.test('An exception that is empty excepts nobody', async (t) => {
  t.equal((await postJson(service, '/ws/broadcast', { type: 'note', except: {} }, admin)).body['recipients'], 1)
  await witness.next('note')
})

t.test('A room that cannot be is refused where it stands', async (t) => {
  t.match(await refusalOf({ message: 'x', target: { rooms: ['ok', ' bad'] } }), { status: 400, code: 'INVALID_ROOM', error: /^\/target\/rooms\/1: / })
  t.match(await refusalOf({ message: 'x', except: { rooms: ['a*'] } }), { status: 400, code: 'INVALID_ROOM', error: /^\/except\/rooms\/0: / })
})

t.test('The protocol\'s own types are refused, all but system.alert', async (t) => {
  const reserved = [
    'join_room', 'leave_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe', 'publish', 'broadcast',
    'history', 'resume', 'refresh_token', 'ping', 'connected', 'ack', 'error', 'room_info', 'user_joined', 'user_left', 'new_message', 'message',
    'user_typing', 'subscribed', 'unsubscribed', 'resumed', 'gap', 'rate_warning', 'token_expiring', 'token_refreshed', 'draining', 'pong'
  ]
  for (const type of reserved) t.match(await refusalOf({ type, payload: {} }), { status: 400, code: 'INVALID_PAYLOAD', error: /^\/type: expected/ }, type)
  for (const type of ['toString', '__proto__', 'constructor', 'match_proposal']) {
    t.equal((await postJson(service, '/ws/broadcast', { type }, admin)).status, 200, type)
    await witness.next(type)
  }
})

t.test('What nests deeper than a frame may is refused, whatever holds it', async (t) => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const payload = (depth: number): unknown => JSON.parse(nested(depth))
  t.match(await refusalOf({ type: 'note', payload: payload(500) }), { status: 400, code: 'INVALID_PAYLOAD', error: /^\/payload.*levels of nesting/ })
  t.match(await refusalOf({ message: 'x', metadata: { a: payload(500) } }), { status: 400, code: 'INVALID_PAYLOAD', error: /^\/metadata/ })
  t.equal((await postJson(service, '/ws/broadcast', { type: 'note', payload: payload(32) }, admin)).status, 200)
  await witness.next('note')
})

t.test('Nothing that was refused reached anybody', async (t) => {
  t.strictSame(await witness.drain(), [])
})

t.test('A good body becomes target, event and exceptions', async (t) => {
  const body = Value.Decode(NotificationSchema, { type: 'note', payload: [1], target: { users: ['ada'] }, except: { roles: ['bot'] }, id: 'm1' })
  t.strictSame(toNotification(body), { target: { users: ['ada'] }, event: { type: 'note', payload: [1], id: 'm1' }, except: { roles: ['bot'] } })
  t.strictSame(toNotification({ message: 'x' }), { target: 'all', event: { type: 'system.alert', payload: { message: 'x', priority: 'normal', metadata: {} } }, except: {} })
})
