import { randomBytes } from 'node:crypto'
import { RefusedError } from './refused-error.ts'

const END_OF_HEAD = '\r\n\r\n'
const MAX_HEAD_BYTES = 16_384

/** The request that asks for a WebSocket, with a token if there is one. */
export function upgradeRequest (url: URL, token?: string): string {
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`
  ]
  if (token !== undefined) lines.push(`Authorization: Bearer ${token}`)
  return `${lines.join('\r\n')}${END_OF_HEAD}`
}

/** Where the frames begin in what has arrived so far; undefined while the answer is not complete. Throws when it is a refusal. */
export function endOfUpgrade (received: Buffer): number | undefined {
  const end = received.indexOf(END_OF_HEAD)
  if (end === -1 && received.length < MAX_HEAD_BYTES) return undefined
  const head = received.toString('latin1', 0, Math.max(0, end))
  if (/^HTTP\/1\.1 101 /.test(head)) return end + END_OF_HEAD.length
  throw refusalOf(head.split('\r\n')[0] ?? '', received.toString('utf8', end + END_OF_HEAD.length).trim())
}

function refusalOf (statusLine: string, body: string): RefusedError {
  const [, code = '', statusText = ''] = /^HTTP\/1\.1 (\d{3}) ?(.*)/.exec(statusLine) ?? []
  const reason = /"error": ?"([^"]+)"/.exec(body)?.[1] ?? statusText
  return new RefusedError(`handshake refused: ${statusLine} ${body}`.trim(), { kind: 'handshake', code, reason })
}
