import type { ErrorPayload } from '../../errors.ts'
import { isRecord } from '../../guards.ts'
import { objectText } from '../../json-text.ts'
import type { ErrorCode } from '../error-codes.ts'
import { contentOf, dangerIn, parseEnvelope, typeOf } from '../json-envelope.ts'
import { commonWords } from '../log-words.ts'
import type { Delivery, RawRequest, TextDialect } from '../dialect.ts'
import { answeredId, errorText, isHousekeeping } from './housekeeping.ts'

/** Texts of document 002, to the letter: its clients have no codes to go by. Other errors keep theirs. */
const texts: Partial<Record<ErrorCode, string>> = {
  INVALID_FORMAT: 'invalid JSON format',
  UNKNOWN_TYPE: 'unknown message type',
  MISSING_ROOM: 'room name is required',
  NOT_IN_ROOM: 'not subscribed to this room',
  ROOM_FULL: 'room is at maximum capacity'
}

/** Fields of an answer's data that this dialect knows; all of them for other types. */
const fields: Readonly<Record<string, readonly string[]>> = {
  connected: ['client_id', 'message'],
  subscribed: ['room', 'client_count'],
  unsubscribed: ['room']
}

/** The dialect of document 002: publish and subscribe, times in milliseconds, errors as a text. */
export const pubsubV1 = {
  name: 'pubsub.v1',
  wire: 'text',
  habits: {},
  logWords: commonWords,

  decode (text: string): RawRequest {
    const envelope = parseEnvelope(text)
    const { id, room } = envelope
    return { type: typeOf(envelope), id, room: room ?? undefined, payload: contentOf(envelope), flaw: dangerIn(envelope) }
  },

  encode (delivery: Delivery): string | undefined {
    if (isHousekeeping(delivery)) return undefined
    const { event: { type, room, sender, payload, timestamp: time }, error, origin } = delivery
    const id = answeredId(delivery)
    const timestamp = Date.parse(time)
    if (error !== undefined) return objectText({ type, id, error: textOf(error), timestamp })
    if (type === 'pong') return objectText({ type, id, timestamp })
    // What people say has one name here, however it was said. Whoever the application speaks for has no connection.
    if (sender !== undefined && (type === 'new_message' || type === 'message')) {
      return objectText({ type: 'message', room, data: payload ?? null, client_id: origin ?? sender.id, timestamp })
    }
    return objectText({ type, id, room, data: dataOf(type, payload), client_id: sender && origin, timestamp })
  }
} satisfies TextDialect

function textOf (error: ErrorPayload): string {
  return texts[error.code] ?? errorText(error)
}

function dataOf (type: string, payload: unknown): unknown {
  const known = fields[type]
  if (known === undefined || !isRecord(payload)) return payload ?? null
  return Object.fromEntries(known.map((name) => [name, payload[name]]))
}
