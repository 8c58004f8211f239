import type { ErrorPayload } from '../../errors.ts'
import { objectText } from '../../json-text.ts'
import { entryOf, type ErrorCode } from '../error-codes.ts'
import { contentOf, dangerIn, missingType, parseEnvelope, typeOf } from '../json-envelope.ts'
import { notifyWords } from '../log-words.ts'
import { isRequestId } from '../request-id.ts'
import type { Delivery, RawRequest, TextDialect } from '../dialect.ts'
import { answeredId, errorText, isHousekeeping } from './housekeeping.ts'

/** Codes that this dialect calls otherwise: whatever is wrong with a frame is its format, whatever is the server's fault an internal error. */
const codes: Partial<Record<ErrorCode, ErrorCode>> = {
  UNKNOWN_TYPE: 'INVALID_FORMAT',
  INVALID_PAYLOAD: 'INVALID_FORMAT',
  UNAVAILABLE: 'INTERNAL_ERROR'
}

/**
 * The dialect of document 001: `{type, data}` both ways, errors with code and message, no greeting. It knows no ids and no rooms; to
 * those who use them all the same, id, room and sender are named beside the data.
 */
export const notifyV1 = {
  name: 'notify.v1',
  wire: 'text',
  habits: {},
  logWords: notifyWords,

  decode (text: string): RawRequest {
    const envelope = parseEnvelope(text)
    const { type, id, room } = envelope
    return {
      type: typeOf(envelope),
      // Its clients may have fields of these names for themselves: what is no id or room of the hub's is passed over like any other field.
      id: isRequestId(id) ? id : undefined,
      room: typeof room === 'string' ? room : undefined,
      payload: contentOf(envelope),
      // No type at all is one that nobody knows.
      flaw: (typeof (type ?? '') === 'string' ? undefined : missingType(envelope)) ?? dangerIn(envelope)
    }
  },

  encode (delivery: Delivery): string | undefined {
    const { event: { type, room, sender, payload }, error } = delivery
    if (type === 'connected' || isHousekeeping(delivery)) return undefined
    return objectText({ type, id: answeredId(delivery), room, sender, data: error === undefined ? payload ?? null : bodyOf(error) })
  }
} satisfies TextDialect

function bodyOf (error: ErrorPayload): object {
  const code = codes[error.code] ?? error.code
  return { code, message: entryOf(code).publicText ?? errorText(error) }
}
