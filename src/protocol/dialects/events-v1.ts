import { isRecord } from '../../guards.ts'
import { objectText } from '../../json-text.ts'
import { contentOf, dangerIn, missingType, parseEnvelope, typeOf } from '../json-envelope.ts'
import { commonWords } from '../log-words.ts'
import type { Delivery, RawRequest, TextDialect } from '../dialect.ts'
import { answeredId, errorText, isHousekeeping } from './housekeeping.ts'

/** The text of its greeting; clients in the field may look for it. */
const WELCOME = 'Welcome to WebSocket real-time updates'

/** The dialect of document 003: events with dotted names as `{type, data, timestamp}`, greeted with `connection.established`. */
export const eventsV1 = {
  name: 'events.v1',
  wire: 'text',
  habits: {},
  logWords: commonWords,

  decode (text: string): RawRequest {
    const envelope = parseEnvelope(text)
    const { id, room } = envelope
    return { type: typeOf(envelope), id, room, payload: contentOf(envelope), flaw: missingType(envelope) ?? dangerIn(envelope) }
  },

  encode (delivery: Delivery): string | undefined {
    if (isHousekeeping(delivery)) return undefined
    const { event: { type, room, sender, payload, timestamp }, error } = delivery
    const data = error === undefined ? payload ?? null : { ...error, message: errorText(error) }
    if (type === 'connected') return objectText({ type: 'connection.established', data: greetingOf(delivery), timestamp })
    return objectText({ type, id: answeredId(delivery), room, sender, data, timestamp })
  }
} satisfies TextDialect

/** A user id that was a number in the token is one here. */
function greetingOf ({ event: { payload }, receiver }: Delivery): object {
  const { client_id: clientId, role, user_id: userId } = isRecord(payload) ? payload : {}
  return { client_id: clientId, message: WELCOME, role, user_id: receiver?.hasNumericId === true ? Number(userId) : userId }
}
