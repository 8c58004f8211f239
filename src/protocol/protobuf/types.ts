/** Types that go as a number: their place in this list. It is closed, as `hub.proto` says: a type that comes later goes by its name. */
export const numberedTypes: readonly string[] = [
  '', 'join_room', 'leave_room', 'send_message', 'typing', 'stop_typing', 'online_users', 'subscribe', 'unsubscribe', 'publish', 'broadcast',
  'history', 'resume', 'refresh_token', 'ping', 'connected', 'ack', 'error', 'room_info', 'user_joined', 'user_left', 'new_message', 'message',
  'user_typing', 'subscribed', 'unsubscribed', 'resumed', 'gap', 'rate_warning', 'token_expiring', 'token_refreshed', 'draining', 'pong', 'system.alert'
]

const numbers: ReadonlyMap<string, number> = new Map(numberedTypes.map((type, number) => [type, number]))

/** The number of a type; undefined for one that goes by its name. */
export function numberOfType (type: string): number | undefined {
  return type === '' ? undefined : numbers.get(type)
}

/** The type of a number; for one that is nobody's, a name that no type has. */
export function typeOfNumber (number: number): string {
  return numberedTypes[number] ?? `#${number}`
}
