import type { OutboundEvent, Position } from '../relay/relay-message.ts'
import type { ErrorPayload, HubError } from '../errors.ts'

/** A request as a client sent it, brought into one shape but not yet checked. */
export interface RawRequest {
  readonly type: string
  readonly id: unknown
  readonly room: unknown
  /** `null` when the client gave none. */
  readonly payload: unknown
  /** Why the envelope cannot be handled at all, whatever its type. */
  readonly flaw?: HubError | undefined
}

/** What becomes a frame: an event, with its place in the stream of the topic that it reached the receiver by. */
export interface Delivery {
  readonly event: OutboundEvent
  readonly position?: Position | undefined
  /** Named on frames that have a position and no room. */
  readonly topic?: string | undefined
  readonly error?: ErrorPayload | undefined
}

/** A wire format: text of a client to a request and back. Knows nothing of what the messages mean. */
export interface Dialect {
  /** The subprotocol's name, for example `hub.v1`. */
  readonly name: string
  /** Reads one text frame; throws `INVALID_FORMAT` when it is not an envelope at all. */
  decode (text: string): RawRequest
  /** The text of one frame. */
  encode (delivery: Delivery): string
}
