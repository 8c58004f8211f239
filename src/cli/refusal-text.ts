import type { IncomingMessage } from 'node:http'
import { isRecord } from '../guards.ts'
import { printable } from './printable.ts'

/** More of a body says nothing about the reason. */
const MAX_BODY_BYTES = 4_096
const BODY_TIMEOUT_MS = 2_000

/** Why a handshake was refused: the status with the reason that the body gives. Never rejects. */
export async function refusalText (response: IncomingMessage): Promise<string> {
  const { statusCode, statusMessage, headers } = response
  const status = `HTTP ${statusCode} ${statusMessage}`
  const reason = reasonOf(await readBody(response))
  const wait = headers['retry-after'] === undefined ? '' : `, retry after ${headers['retry-after']} s`
  return printable(`${status}${reason}${wait}`)
}

async function readBody (response: IncomingMessage): Promise<string> {
  let body = ''
  response.setTimeout(BODY_TIMEOUT_MS, () => response.destroy())
  try {
    for await (const chunk of response) {
      body += String(chunk)
      if (body.length > MAX_BODY_BYTES) break
    }
  } catch {
    // What has come so far is all there is.
  }
  return body
}

function reasonOf (body: string): string {
  try {
    const value: unknown = JSON.parse(body)
    return isRecord(value) && typeof value['error'] === 'string' ? `: ${value['error']}` : ''
  } catch {
    return ''
  }
}
