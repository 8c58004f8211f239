import type { TObject, TSchema } from '@sinclair/typebox'
import { requestSchema, type RequestParts } from './request-envelope.ts'

/** One request, as the description shows it. */
export interface RequestMessage {
  readonly type: string
  /** The schema that the service itself checks payloads with. */
  readonly payload: TSchema
  /** The whole envelope, with title, description and examples. */
  readonly schema: TObject
  /** Types of the messages that answer it, beside `error`; none where no answer comes. */
  readonly replies: readonly string[]
  /** False for a type of the application. */
  readonly isBuiltIn: boolean
}

/** Describes a request of the protocol. */
export function request (parts: RequestParts, ...replies: string[]): RequestMessage {
  const { type, payload } = parts
  return { type, payload, schema: requestSchema(parts), replies, isBuiltIn: true }
}
