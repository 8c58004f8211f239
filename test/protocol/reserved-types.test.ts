import t from 'tap'
import { isNotificationType, isReservedType } from '../../src/protocol/reserved-types.ts'

/** Every name in the two message tables of the protocol. */
const contract = [
  'join_room', 'leave_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe', 'publish', 'broadcast',
  'history', 'resume', 'refresh_token', 'ping', 'connected', 'ack', 'error', 'room_info', 'user_joined', 'user_left', 'new_message',
  'message', 'user_typing', 'subscribed', 'unsubscribed', 'resumed', 'gap', 'rate_warning', 'token_expiring', 'draining', 'system.alert',
  'token_refreshed', 'pong'
]

t.test('every name of the protocol is reserved', async (t) => {
  for (const type of contract) t.ok(isReservedType(type), type)
})

t.test('names of applications are free, also those that every object has', async (t) => {
  for (const type of ['location_update', 'user.updated', 'toString', '__proto__', 'constructor', 'Ping', 'ping ', '']) t.notOk(isReservedType(type), type)
})

t.test('of the protocol\'s names only system.alert may be sent as a notification', async (t) => {
  t.strictSame(contract.filter(isNotificationType), ['system.alert'])
  t.ok(isNotificationType('user.updated'))
})
