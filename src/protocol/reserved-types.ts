/** Requests of the protocol, those of later versions of this server included: an application may not take their names. */
export const requestTypes: readonly string[] = [
  'join_room', 'leave_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe',
  'publish', 'broadcast', 'history', 'resume', 'refresh_token', 'ping'
]

/** What the server sends; two have the name of the request that they answer. */
const answerTypes = [
  'connected', 'ack', 'error', 'room_info', 'user_joined', 'user_left', 'new_message', 'message', 'user_typing',
  'online_users', 'subscribed', 'unsubscribed', 'history', 'resumed', 'gap', 'rate_warning', 'token_expiring', 'token_refreshed', 'draining', 'pong'
]

/** The one type of the protocol that an administrator or application may send as a notification. */
export const SYSTEM_ALERT = 'system.alert'

/** Everything that the server says by a name of its own. */
export const serverTypes: readonly string[] = [...answerTypes, SYSTEM_ALERT]

/** All names of the protocol, each once. */
export const reservedTypes: readonly string[] = [...new Set([...requestTypes, ...serverTypes])]

const reserved: ReadonlySet<string> = new Set(reservedTypes)

/** True for the names that an application's own message types may not have. */
export function isReservedType (type: string): boolean {
  return reserved.has(type)
}

/** True for the types that may be sent as a notification: all but the protocol's own. */
export function isNotificationType (type: string): boolean {
  return type === SYSTEM_ALERT || !reserved.has(type)
}
