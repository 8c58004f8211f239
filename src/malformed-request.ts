import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { HttpError, type HttpStatus } from './http-error.ts'

const statusOf: Record<string, HttpStatus> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }
const textOf: Partial<Record<HttpStatus, string>> = { 431: 'headers too large', 408: 'request took too long' }

/** Refuses a request that does not say which host it is for; Node would do it with an empty body. */
export function checkHost ({ headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion !== '1.0') throw new HttpError(400, 'expected a Host header')
}

/** Answers what Node or ws could not read as a request or a handshake at all, in the form of all refusals, and ends the connection. */
export function refuseMalformed (error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = statusOf[error.code ?? ''] ?? 400
  const body = JSON.stringify(new HttpError(status, textOf[status] ?? 'malformed request').toBody())
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body
  ].join('\r\n'), () => socket.destroy())
}
