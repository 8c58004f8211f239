/** Codes of HTTP refusals by status, where no other is given: those of the protocol where it has one. Any may come from an application's route. */
export const httpCodes = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  409: 'CONFLICT',
  413: 'MESSAGE_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'VALIDATION_FAILED',
  426: 'UPGRADE_REQUIRED',
  429: 'RATE_LIMIT',
  431: 'HEADERS_TOO_LARGE',
  500: 'INTERNAL_ERROR',
  503: 'UNAVAILABLE'
} as const satisfies Record<number, string>

/** A status that the service answers refusals with. */
export type HttpStatus = keyof typeof httpCodes

/** Body of every HTTP refusal. */
export interface ErrorBody {
  readonly error: string
  readonly code: string
}

/** Seconds after which a client that was turned away for want of room should try again. */
export const RETRY_AFTER_S = 5

/** A refusal over HTTP; its text is for the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly statusCode: HttpStatus
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor (statusCode: HttpStatus, text: string, details: { code?: string, headers?: Record<string, string>, cause?: unknown } = {}) {
    super(text, { cause: details.cause })
    this.statusCode = statusCode
    this.code = details.code ?? httpCodes[statusCode]
    this.headers = details.headers ?? {}
  }

  toBody (): ErrorBody {
    return { error: this.message, code: this.code }
  }
}

/** 503 with `Retry-After`. */
export function unavailable (text: string, cause?: unknown): HttpError {
  return new HttpError(503, text, { headers: { 'retry-after': String(RETRY_AFTER_S) }, cause })
}

/** 401 in the same words, whatever was wrong with the token: the log alone says what. */
export function authenticationRequired (cause?: unknown): HttpError {
  return new HttpError(401, 'authentication required', { cause })
}

/** True when a number is one of the statuses of the table. */
export function isHttpStatus (status: number): status is HttpStatus {
  return Object.hasOwn(httpCodes, status)
}
