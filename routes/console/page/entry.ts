/** `local`: said by the console itself. */
export type Direction = 'in' | 'out' | 'local'

/** Groups of message types that look the same. */
export type Kind = 'message' | 'presence' | 'typing' | 'answer' | 'system' | 'alert' | 'error' | 'application'

/** One line of the log. */
export interface Entry {
  readonly number: number
  readonly at: Date
  readonly direction: Direction
  readonly type: string
  readonly room: string
  /** The frame as it was on the wire, without secrets; for the console's own lines their text. */
  readonly text: string
  readonly kind: Kind
}

const GROUPS: Readonly<Record<Exclude<Kind, 'application'>, readonly string[]>> = {
  message: ['new_message', 'message', 'send_message', 'publish', 'broadcast'],
  presence: ['join_room', 'leave_room', 'subscribe', 'unsubscribe', 'user_joined', 'user_left', 'online_users', 'room_info', 'subscribed', 'unsubscribed'],
  typing: ['typing', 'stop_typing', 'user_typing'],
  answer: ['ack', 'pong', 'ping', 'history', 'resume', 'resumed'],
  system: ['connected', 'draining', 'token_expiring', 'token_refreshed', 'refresh_token', 'state', 'gap'],
  alert: ['system.alert', 'rate_warning'],
  error: ['error']
}
const kinds = new Map(Object.entries(GROUPS).flatMap(([kind, types]) => types.map((type) => [type, kind as Kind] as const)))

/** An entry of a frame as it was on the wire. */
export function entryOf (number: number, direction: Direction, text: string): Entry {
  const { type = '', room = '', payload } = fieldsOf(text)
  const shown = type === 'refresh_token' ? JSON.stringify({ type, payload: { token: '***' } }) : text
  const place = room === '' && isRecord(payload) && typeof payload['room_id'] === 'string' ? payload['room_id'] : room
  return { number, at: new Date(), direction, type, room: place, text: shown, kind: kinds.get(type) ?? 'application' }
}

/** An entry of something that the console itself has to say. */
export function noteOf (number: number, type: string, text: string): Entry {
  return { number, at: new Date(), direction: 'local', type, room: '', text, kind: kinds.get(type) ?? 'system' }
}

/** What a line of the log shows of a frame: its content, without the fields that stand beside it. */
export function summaryOf ({ text, direction, type }: Entry): string {
  if (direction === 'local') return text
  const { payload, sender } = fieldsOf(text)
  if (type === 'user_joined' || type === 'user_left') return isRecord(payload) ? String(payload['name']) : ''
  return isRecord(sender) ? `${String(sender['name'])}: ${saidIn(payload)}` : saidIn(payload)
}

/** What a payload says to people: its text, the code and text of a refusal, else all of it. */
export function saidIn (payload: unknown): string {
  if (isRecord(payload)) {
    const { content, message, code } = payload
    if (typeof content === 'string') return content
    if (typeof message === 'string' && typeof code === 'string') return `${code}: ${message}`
  }
  return JSON.stringify(payload) ?? ''
}

/** An entry as a line of JSON. */
export function lineOf ({ at, direction, type, text }: Entry): string {
  return JSON.stringify({ at: at.toISOString(), direction, ...(direction === 'local' ? { type, text } : { frame: parse(text) }) })
}

function fieldsOf (text: string): { readonly type?: string, readonly room?: string, readonly payload?: unknown, readonly sender?: unknown } {
  const value = parse(text)
  return isRecord(value) ? value : {}
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export function isRecord (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
