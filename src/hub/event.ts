import { timestamp } from '../clock.ts'
import { HubUsageError } from '../errors.ts'
import { JsonText, jsonTextOf } from '../json-text.ts'
import type { OutboundEvent, UserRef } from '../relay/relay-message.ts'

/** A message as the application gives it. */
export interface HubEvent {
  readonly type: string
  readonly payload?: unknown
  readonly room?: string
  readonly sender?: UserRef
  /** Carried on the delivered message; a key, too: the same again within 5 minutes is not delivered. */
  readonly id?: string
}

/** Stamps an event of the application; throws {@link HubUsageError} when it has no type, or a payload that JSON cannot hold. */
export function toOutbound (event: HubEvent): OutboundEvent {
  if (typeof event.type !== 'string' || event.type === '') {
    throw new HubUsageError('HUB_ERR_BAD_EVENT', 'event.type: expected a non-empty string')
  }
  // No further fields: those of an event that the hub sets itself are not the application's to set.
  const { type, id, room, sender } = event
  return {
    type,
    ...(id !== undefined && { id }),
    ...(room !== undefined && { room }),
    payload: toJsonText(event.payload ?? null),
    ...(sender !== undefined && { sender }),
    timestamp: timestamp()
  }
}

/**
 * The payload as receivers will see it, whatever the publisher does to the original afterwards. What JSON cannot hold is
 * found here: on delivery the message would have a number already.
 */
function toJsonText (payload: unknown): JsonText {
  try {
    return new JsonText(jsonTextOf(payload))
  } catch (error) {
    throw new HubUsageError('HUB_ERR_BAD_EVENT', `event.payload: cannot serialize it to JSON: ${String(error)}`)
  }
}
