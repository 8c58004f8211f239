import { isRecord } from '../../guards.ts'
import { JsonText, objectText } from '../../json-text.ts'
import { dangerIn, parseEnvelope, typeOf } from '../json-envelope.ts'
import { flatWords } from '../log-words.ts'
import { SYSTEM_ALERT } from '../reserved-types.ts'
import type { Delivery, RawRequest, TextDialect } from '../dialect.ts'
import { answeredId, isHousekeeping } from './housekeeping.ts'

/** The fields of a frame beside its type; undefined for what is not told. */
type Render = (delivery: Delivery, payload: unknown) => Readonly<Record<string, unknown>> | undefined

/** What document 004 passes over in silence, and what it answers with a close code alone. */
const SILENT: ReadonlySet<string> = new Set(['UNKNOWN_TYPE', 'MISSING_ROOM', 'INVALID_FORMAT'])
/** Where those who do not speak flat put the text of a message. */
const TEXT_FIELDS = ['content', 'text', 'message']

const said: Render = ({ event: { sender, room } }, payload) => ({ type: 'message', from: sender?.id, room, text: textOf(payload) })

const renders: Readonly<Record<string, Render>> = {
  connected: (_delivery, payload) => ({ type: 'system', message: 'Connected successfully', ...pick(payload, ['user_id', 'online_count']) }),
  new_message: said,
  message: said,
  room_info: ({ event: { room }, receiver }, payload) => (
    { type: 'system', message: `${receiver?.userId} joined`, room, members: idsOf(pick(payload, ['users'])['users']) }
  ),
  // Where the list is not known yet, the connection is shown it with its own arrival, right behind.
  user_joined: ({ event: { sender, room, members } }) => ({ type: 'system', message: `${sender?.id} joined`, room, members: idsOf(members ?? [sender]) }),
  user_left: ({ event: { sender, room } }) => ({ type: 'system', message: `${sender?.id} left`, room }),
  user_typing: ({ event: { sender, room } }, payload) => ({ type: 'typing', user_id: sender?.id, room, ...pick(payload, ['is_typing']) }),
  pong: () => ({ type: 'pong' }),
  [SYSTEM_ALERT]: (_delivery, payload) => ({ type: 'system', ...pick(payload, ['message', 'priority', 'metadata']) }),
  error: ({ error }) => error === undefined || SILENT.has(error.code) ? undefined : { type: 'error', code: error.code, message: atTop(error.message) }
}

/**
 * The dialect of document 004: flat fields, `system` notices, an echo to the sender. It does not know of errors; those that are no
 * matter of silence come as `error`, with code and message.
 */
export const flatV1 = {
  name: 'flat.v1',
  wire: 'text',
  habits: {
    endsOnBadFrame: true, hearsItself: true, joinsAsUser: true, speaksFromOutside: true, listsMembers: true, isRefusedByCode: true
  },
  logWords: flatWords,

  decode (frame: string): RawRequest {
    const envelope = parseEnvelope(frame)
    const { type: name, id, room, ...fields } = envelope
    const type = typeOf({ type: name })
    const head = { id, room: room ?? undefined, flaw: dangerIn(envelope) }
    if (type === 'message') return { ...head, type: 'send_message', payload: chatOf(fields) }
    return { ...head, type, payload: fields['data'] ?? fields['payload'] ?? fields }
  },

  encode (delivery: Delivery): string | undefined {
    if (isHousekeeping(delivery)) return undefined
    const payload = valueOf(delivery.event.payload)
    const render = Object.hasOwn(renders, delivery.event.type) ? renders[delivery.event.type] : undefined
    const frame = (render ?? spread)(delivery, payload)
    const id = answeredId(delivery)
    return frame === undefined ? undefined : objectText({ ...frame, ...(id !== undefined && { id }) })
  }
} satisfies TextDialect

/** Everything else: the fields of the payload at the top. In `data` stands what is no object, or has a field that means something else there. */
const spread: Render = (delivery, payload) => {
  const { event: { type, room, sender } } = delivery
  const head = { type, room, from: sender?.id, id: answeredId(delivery) }
  const fits = isRecord(payload) && Object.entries(head).every(([name, value]) => value === undefined || !Object.hasOwn(payload, name) || payload[name] === value)
  return { ...head, ...(fits ? payload : { data: payload ?? null }) }
}

/** A message of document 004. It takes any text, so that others are given one in any case; further fields are passed on. */
function chatOf ({ text, ...others }: Record<string, unknown>): object {
  const content = text ?? ''
  return { ...others, content: typeof content === 'string' ? content : JSON.stringify(content) }
}

/** Paths in texts begin at the frame: there is no payload in it. */
function atTop (text: string): string {
  return text.replace(/^\/payload(?=\/)/, '')
}

function valueOf (payload: unknown): unknown {
  return payload instanceof JsonText ? payload.toJSON() : payload
}

function pick (payload: unknown, names: readonly string[]): Record<string, unknown> {
  return isRecord(payload) ? Object.fromEntries(names.map((name) => [name, payload[name]])) : {}
}

function textOf (payload: unknown): string {
  if (typeof payload === 'string') return payload
  const texts = isRecord(payload) ? TEXT_FIELDS.map((name) => payload[name]) : []
  const text = texts.find((value) => typeof value === 'string')
  return typeof text === 'string' ? text : JSON.stringify(payload ?? null)
}

function idsOf (users: unknown): unknown[] {
  return Array.isArray(users) ? users.map((user: unknown) => isRecord(user) ? user['id'] : undefined) : []
}
