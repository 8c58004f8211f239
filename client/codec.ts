import type { Envelope } from './call.ts'
import type { Message } from './protocol.ts'

/** A frame as a WebSocket takes it. */
export type Frame = string | Uint8Array

/** The form in which client and service say things to each other. */
export interface Codec {
  /** By which the service knows it. */
  readonly subprotocol: string
  encode (said: Omit<Envelope, 'id'> & Partial<Envelope>): Frame
  /** Undefined, or an error, for what cannot be read. */
  decode (data: unknown): Message | undefined
}
