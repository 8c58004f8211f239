import type { HubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { entryOf } from '../protocol/error-codes.ts'
import type { Connection } from './connection.ts'

/** Longest part of a message type that is logged, or repeated to the client when it is unknown. */
export const MAX_ECHOED_TYPE_UNITS = 64

/**
 * Logs a refused request in full, whatever the client was told of it. A client's own mistakes, bad tokens among them, are no alarm, nor is one
 * that did not wait for the answer; they are without a stack, as anybody can make many.
 */
export function logRefusal (logger: Logger, connection: Connection, error: HubError, type?: string): void {
  const fields = {
    client_id: connection.id,
    user_id: connection.identity.userId,
    error_code: error.code,
    message_type: type?.slice(0, MAX_ECHOED_TYPE_UNITS)
  }
  const detail = { ...fields, reason: error.message }
  if (error.code === 'INVALID_FORMAT') logger.warn(detail, 'WebSocket operation failed')
  else if (entryOf(error.code).severity !== 'server' || hasLeft(connection, error)) logger.info(detail, 'WebSocket operation failed')
  else logFault(logger, connection, { ...fields, err: error.cause ?? error })
}

/** True where nothing was available but to one who has gone. */
function hasLeft ({ hasEnded }: Connection, { code }: HubError): boolean {
  return hasEnded && code === 'UNAVAILABLE'
}

function logFault (logger: Logger, { dialect: { logWords } }: Connection, fields: object): void {
  logger.error(fields, 'WebSocket operation failed')
  if (logWords.handlerFailed !== undefined) logger.error(fields, logWords.handlerFailed)
}
