import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Identity } from '../auth/identity.ts'
import type { HubError } from '../errors.ts'
import type { MaybePromise } from '../maybe-promise.ts'
import type { Dialect } from '../protocol/dialect.ts'
import type { Connection } from './connection.ts'
import type { Flusher } from './flusher.ts'
import type { OutboxLimits } from './backlog.ts'

/** What a connection is made of. */
export interface ConnectionParts {
  readonly id: string
  readonly identity: Identity
  readonly dialect: Dialect
  readonly webSocket: WebSocket
  /** The stream under the WebSocket. Frames go there directly: framed once, they are the same bytes for everybody. */
  readonly stream: Duplex
  /** The peer's address as limits count it. */
  readonly address: string
}

/** What connections share. */
export interface ConnectionSettings {
  readonly flusher: Flusher
  readonly outbox: OutboxLimits
  readonly slowClient: 'close' | 'drop'
}

/** Where what a peer sends is taken in. */
export interface Entrance {
  /** Takes nothing more in; done once all that came before has been answered. */
  finish (): MaybePromise<void>
}

/** How a connection ended. */
export interface ConnectionEnd {
  readonly code: number
  readonly reason: string
  /** True when this node ended it. */
  readonly byServer: boolean
  /** How long the client was asked to stay away, ms: its presence is kept as much longer. */
  readonly retryAfterMs?: number
}

/** Told of what happens on the connection without the client's asking. */
export interface ConnectionEvents {
  /** Once, whatever ended it. */
  onEnd (connection: Connection, end: ConnectionEnd): void
  /** The first time that a message does not fit since the socket was last empty. */
  onSlow (connection: Connection): void
  /** A refusal did not fit into the backlog: the client is not told of it. */
  onErrorDropped (connection: Connection, error: HubError): void
}
