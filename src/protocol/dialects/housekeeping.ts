import type { ErrorPayload } from '../../errors.ts'
import { isRecord } from '../../guards.ts'
import type { Delivery } from '../dialect.ts'

/** Notices that came with the canonical dialect: what they announce (a refusal, a close code) its elders are told anyway. */
const NOTICES: ReadonlySet<string> = new Set(['rate_warning', 'token_expiring', 'draining'])

/**
 * True for what clients of the older dialects never ask for and do not know: notices, and the `ack` of a request that has no id to answer
 * by and brought no result.
 */
export function isHousekeeping ({ event: { type, id, payload } }: Delivery): boolean {
  if (type === 'ack') return id === undefined && !(isRecord(payload) && 'result' in payload)
  return NOTICES.has(type)
}

/** The text of an error for clients that have the content in `data`. */
export function errorText ({ code, message }: ErrorPayload): string {
  return code === 'INVALID_PAYLOAD' ? message.replace(/(?<=^|: )\/payload(?=[/:])/, '/data') : message
}

/** The id of the request that a frame answers. Frames that go to many have none: these dialects do not know it. */
export function answeredId ({ event, receiver }: Delivery): string | undefined {
  return receiver === undefined ? undefined : event.id
}
