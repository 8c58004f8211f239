/** What a frame that carries no delivery says. */
export type Reply =
  | { readonly kind: 'ready' | 'joined' | 'other' }
  | { readonly kind: 'refused', readonly code: string, readonly number: number | undefined }
  /** The server wants to see this text at once. */
  | { readonly kind: 'probe', readonly answer: string }

/** A message to publish, to be numbered later. */
export interface PublishText {
  readonly text: string
  /** Where the digits of the message's number stand, {@link NUMBER_WIDTH} of them. */
  readonly numberAt: number
}

/** How a hub is spoken to over text frames. */
export interface Wire {
  /** Path and query of the handshake when the address has none. */
  readonly path: string
  /** Sent after the handshake, answered by `ready`; without it the handshake is all. */
  readonly hello: string | undefined
  join (room: string): string
  publish (room: string, content: string): PublishText
  /** The number of the message that a frame acknowledges; -1 when it is no such ack. */
  ackNumber (bytes: Buffer, start: number, end: number): number
  /** Reads a frame, or the beginning of a long one. */
  reply (text: string): Reply
}

/** Names of the wires. */
export type WireName = 'hub' | 'socket.io'
