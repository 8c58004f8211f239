import { isRecord } from '../guards.ts'
import { printable } from './printable.ts'

type Fields = Readonly<Record<string, unknown>>

/** What is worth reading of a payload, by the type of its frame; other types show the payload itself. */
const contentOf: Readonly<Record<string, (payload: Fields) => string>> = {
  connected: (payload) => `as ${payload['name']} (${payload['user_id']}), ${payload['role']}; ${payload['online_count']} online`,
  error: ({ code, message }) => `${code}: ${message}`,
  room_info: ({ users, count }) => `${count} here: ${namesOf(users)}`,
  online_users: ({ users, count }) => `${count} here: ${namesOf(users)}`,
  subscribed: (payload) => `${payload['client_count']} listening`,
  unsubscribed: (payload) => `${payload['client_count']} listening`,
  user_joined: ({ name }) => `${name}`,
  user_left: ({ name }) => `${name}`,
  user_typing: (payload) => payload['is_typing'] === true ? 'is typing' : 'stopped typing',
  draining: (payload) => `this node is going away; come back in ${payload['retry_after_ms']} ms`
}

/** A frame as one line: time, type, room, sender, content. */
export function formatFrame (frame: Fields): string {
  const { timestamp, type, room, sender } = frame
  const name = type !== 'user_joined' && type !== 'user_left' && isRecord(sender) ? `${sender['name'] ?? sender['id']}:` : ''
  const parts = [timeOf(timestamp), String(type), typeof room === 'string' ? `[${room}]` : '', name, content(frame)]
  return printable(parts.filter((part) => part !== '').join(' '))
}

function content ({ type, payload }: Fields): string {
  if (payload === null || payload === undefined) return ''
  if (typeof payload === 'string') return payload
  if (!isRecord(payload)) return JSON.stringify(payload)
  const describe = Object.hasOwn(contentOf, String(type)) ? contentOf[String(type)] : undefined
  return describe?.(payload) ?? textOf(payload)
}

/** A message that is a text and nothing else shows as the text. */
function textOf (payload: Fields): string {
  const { content, ...rest } = payload
  if (Object.keys(payload).length === 0) return ''
  return typeof content === 'string' && Object.keys(rest).length === 0 ? content : JSON.stringify(payload)
}

function namesOf (users: unknown): string {
  return Array.isArray(users) ? users.map((user) => isRecord(user) ? user['name'] : user).join(', ') : ''
}

/** Local time of day; the server's clock counts. */
function timeOf (timestamp: unknown): string {
  const time = new Date(typeof timestamp === 'string' ? timestamp : NaN)
  return Number.isNaN(time.getTime()) ? '--:--:--' : time.toTimeString().slice(0, 8)
}
