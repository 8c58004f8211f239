/** Requests of the protocol, those of later versions of this server included: an application may not take their names. */
const requestTypes = [
  'join_room', 'leave_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe',
  'publish', 'broadcast', 'history', 'resume', 'refresh_token', 'ping'
]

/** What only the server itself sends. */
const serverTypes = [
  'connected', 'ack', 'error', 'room_info', 'user_joined', 'user_left', 'new_message', 'message', 'user_typing',
  'subscribed', 'unsubscribed', 'resumed', 'gap', 'rate_warning', 'token_expiring', 'token_refreshed', 'draining', 'pong'
]

/** The one type of the protocol that an administrator or application may send as a notification. */
export const SYSTEM_ALERT = 'system.alert'

const reserved: ReadonlySet<string> = new Set([...requestTypes, ...serverTypes, SYSTEM_ALERT])

/** True for the names that an application's own message types may not have. */
export function isReservedType (type: string): boolean {
  return reserved.has(type)
}

/** True for the types that may be sent as a notification: all but the protocol's own. */
export function isNotificationType (type: string): boolean {
  return type === SYSTEM_ALERT || !reserved.has(type)
}
