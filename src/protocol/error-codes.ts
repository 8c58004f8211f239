/** How much of an error a client may see: `client` the full text, the others a fixed one. */
export type Severity = 'client' | 'server' | 'security'

interface ErrorCodeEntry {
  readonly severity: Severity
  /** The text that goes out instead of the real one; absent where the client may read everything. */
  readonly publicText?: string
  /** HTTP status of the same refusal over REST. */
  readonly httpStatus: number
  readonly meaning: string
}

/** Every code an `error` frame or a REST answer of the hub may carry. */
export const errorCodes = {
  INVALID_FORMAT: { severity: 'client', httpStatus: 400, meaning: 'not JSON, not an object, or no type' },
  UNKNOWN_TYPE: { severity: 'client', httpStatus: 400, meaning: 'no such message type' },
  INVALID_PAYLOAD: { severity: 'client', httpStatus: 400, meaning: 'a field is missing or of a wrong shape; the text names path and expectation' },
  VALIDATION_FAILED: { severity: 'client', httpStatus: 422, meaning: 'a rule of the application was broken' },
  MISSING_ROOM: { severity: 'client', httpStatus: 400, meaning: 'the message type needs a room' },
  INVALID_ROOM: { severity: 'client', httpStatus: 400, meaning: 'not a valid room name' },
  NOT_IN_ROOM: { severity: 'client', httpStatus: 403, meaning: 'only for those who joined the room' },
  ROOM_FULL: { severity: 'client', httpStatus: 409, meaning: 'the room is at its maximum of connections' },
  TOO_MANY_ROOMS: { severity: 'client', httpStatus: 409, meaning: 'the connection is in as many rooms as it may be' },
  FORBIDDEN: { severity: 'client', httpStatus: 403, meaning: 'not allowed for this user' },
  UNAUTHORIZED: { severity: 'security', publicText: 'Authentication required', httpStatus: 401, meaning: 'no valid token' },
  RATE_LIMIT: { severity: 'client', httpStatus: 429, meaning: 'too many messages; wait' },
  MESSAGE_TOO_LARGE: { severity: 'client', httpStatus: 413, meaning: 'the frame is above the announced maximum and was not read' },
  UNAVAILABLE: { severity: 'server', publicText: 'Service unavailable, retry', httpStatus: 503, meaning: 'no confirmation in time: the outcome is unknown, retry with the same id' },
  INTERNAL_ERROR: { severity: 'server', publicText: 'Internal server error', httpStatus: 500, meaning: 'a fault of the server; the log has it in full' }
} as const satisfies Record<string, ErrorCodeEntry>

/** A code of the table. */
export type ErrorCode = keyof typeof errorCodes

/** What the outside may know of a code: its severity and, unless everything may be read, its fixed text. */
export function entryOf (code: ErrorCode): ErrorCodeEntry {
  return errorCodes[code]
}
