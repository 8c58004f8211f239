import type { Identity } from '../auth/identity.ts'
import type { ErrorPayload, HubError } from '../errors.ts'
import type { OutboundEvent, Position } from '../relay/relay-message.ts'
import type { LogWords } from './log-words.ts'

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
  /** The connection of the client that it comes from, where that is known. */
  readonly origin?: string | undefined
  /** Who alone gets it, as an answer or a notice about the connection itself; absent on what goes to many. */
  readonly receiver?: Identity
}

/** What clients of a dialect count on beside the shape of frames. Whatever is left out is off, as in the canonical dialect. */
export interface Habits {
  /** The first frame that is no message at all ends the connection with 4002. */
  readonly endsOnBadFrame?: boolean
  /** Whoever says something in a room hears it, too. */
  readonly hearsItself?: boolean
  /** Its user is in a room, not a connection: a join or leave counts for all connections of the user that speak like this. */
  readonly joinsAsUser?: boolean
  /** May speak in a room without being there, as far as the token lets it publish to the room. */
  readonly speaksFromOutside?: boolean
  /** Is shown who is in a room with every join that it is told of. */
  readonly listsMembers?: boolean
  /** Is told by a close code that it may not come in: it knows nothing of HTTP statuses. */
  readonly isRefusedByCode?: boolean
}

interface Described {
  /** The subprotocol's name, for example `hub.v1`. */
  readonly name: string
  readonly habits: Habits
  readonly logWords: LogWords
}

/** A wire format of text frames. */
export interface TextDialect extends Described {
  readonly wire: 'text'
  /** Reads one frame; throws `INVALID_FORMAT` when it is no message at all. */
  decode (text: string): RawRequest
  /** The text of one frame; undefined for what its clients are not told. */
  encode (delivery: Delivery): string | undefined
}

/** A wire format of binary frames. */
export interface BinaryDialect extends Described {
  readonly wire: 'binary'
  /** Reads one frame; throws `INVALID_FORMAT` when it is no message at all. */
  decode (bytes: Buffer): RawRequest
  /** The content of one frame; undefined for what its clients are not told. */
  encode (delivery: Delivery): Buffer | undefined
}

/** A wire format: frames of a client to requests and events back. Knows nothing of what the messages do. */
export type Dialect = TextDialect | BinaryDialect
