/** What a frame that carries no delivery says. */
export type Reply =
  | { readonly kind: 'ready' | 'joined' | 'other' }
  | { readonly kind: 'refused', readonly code: string, readonly number: number | undefined }
  /** The server wants to see this text at once. */
  | { readonly kind: 'probe', readonly answer: string }

/** Content of a frame: a text in UTF-8, or bytes. */
export type Content = string | Buffer

/** A message to publish, to be numbered later. */
export interface PublishText {
  readonly text: Content
  /** Where the digits of the message's number stand, {@link NUMBER_WIDTH} of them. */
  readonly numberAt: number
}

/** How a hub is spoken to. */
export interface Wire {
  /** Path and query of the handshake when the address has none. */
  readonly path: string
  /** Of all frames, those of the server too. */
  readonly opcode: number
  /** Sent after the handshake, answered by `ready`; without it the handshake is all. */
  readonly hello: string | undefined
  join (room: string): Content
  publish (room: string, content: string): PublishText
  /** The number of the message that a frame acknowledges; -1 when it is no such ack. */
  ackNumber (bytes: Buffer, start: number, end: number): number
  /** The room's own number of a delivered message; 0 where the wire has none, or has it at no certain place. */
  seq (bytes: Buffer, end: number): number
  /** Reads a frame, or the beginning of a long one. */
  reply (frame: Buffer): Reply
}

/** Names of the wires; `mixed` is all dialects of wshub, which members speak in turn. */
export type WireName = 'hub' | 'protobuf' | 'mixed' | 'socket.io'
