import { inspect } from 'node:util'
import { entryOf, type ErrorCode, type Severity } from './protocol/error-codes.ts'

/** What an `error` frame carries. */
export interface ErrorPayload {
  readonly code: ErrorCode
  readonly message: string
  readonly severity: Severity
}

/**
 * A refusal with a code of the protocol. A handler may throw it: it goes to the asking connection, which stays.
 * The text of a `client` code is shown in full, the others are replaced by a fixed one.
 */
export class HubError extends Error {
  override readonly name = 'HubError'
  readonly code: ErrorCode

  constructor (code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** HTTP status for the same refusal over REST; Fastify reads this name. */
  get statusCode (): number {
    return entryOf(this.code).httpStatus
  }

  /** The part a client may see. */
  toPayload (): ErrorPayload {
    const { severity, publicText } = entryOf(this.code)
    return { code: this.code, message: publicText ?? this.message, severity }
  }
}

/** Turns anything thrown into a refusal; what is not one already becomes `INTERNAL_ERROR` with an error as cause. */
export function toHubError (thrown: unknown): HubError {
  if (thrown instanceof HubError) return thrown
  // Not every value has a text: `String` itself throws for an object without a prototype.
  const cause = thrown instanceof Error ? thrown : new Error(inspect(thrown, { customInspect: false }))
  return new HubError('INTERNAL_ERROR', cause.message, { cause })
}

/** Misuse of the API by the application, found when it starts: a programming error, never sent to a client. */
export class HubUsageError extends Error {
  override readonly name = 'HubUsageError'
  readonly code: 'HUB_ERR_RESERVED_TYPE' | 'HUB_ERR_TYPE_TAKEN' | 'HUB_ERR_BAD_EVENT' | 'HUB_ERR_BAD_KEY' | 'HUB_ERR_BAD_HANDLER' | 'HUB_ERR_BAD_POLICY'

  constructor (code: HubUsageError['code'], message: string) {
    super(message)
    this.code = code
  }
}
