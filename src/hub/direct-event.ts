import { timestamp } from '../clock.ts'
import type { OutboundEvent } from '../relay/relay-message.ts'

/** What a frame for one connection is about: the id of the request that it answers, and a room. */
export interface About {
  readonly id?: string | undefined
  readonly room?: string | undefined
}

/** An event for one connection alone. */
export function directEvent (type: string, payload: unknown, { id, room }: About): OutboundEvent {
  return { type, payload, timestamp: timestamp(), ...(id !== undefined && { id }), ...(room !== undefined && { room }) }
}
