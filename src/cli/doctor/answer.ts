import { get as httpGet, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { get as httpsGet } from 'node:https'
import { redactUrl } from '../../../config/redact.ts'
import { isRecord } from '../../guards.ts'
import { printable } from '../printable.ts'
import type { Visit } from './visit.ts'
import { within } from './within.ts'

/** An HTTP answer, whoever gave it. */
export interface Answer {
  readonly status: number
  /** Status with its name, to be shown. */
  readonly line: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
  /** The reason of a refusal in the form of this service; absent when somebody else answered. */
  readonly reason?: string
}

/** More of a body says nothing. */
const MAX_BODY_LENGTH = 4_096
const MAX_SHOWN_LENGTH = 200

/** Asks for an address as a browser would, without following redirects. Throws when nothing answers in time. */
export async function get (url: URL, { options: { timeoutMs }, onEnd }: Pick<Visit, 'options' | 'onEnd'>): Promise<Answer> {
  const start = url.protocol === 'https:' ? httpsGet : httpGet
  let end = (): void => {}
  const coming = new Promise<IncomingMessage>((resolve, reject) => {
    const request = start(url, { agent: false, headers: { accept: 'application/json' } }, resolve)
    // An upgrade that nobody asked for still is an answer.
    request.once('upgrade', resolve).on('error', reject)
    end = () => request.destroy()
    onEnd(end)
  })
  try {
    return await answerOf(await within(coming, timeoutMs, 'an answer'), timeoutMs)
  } finally {
    end()
  }
}

/** Reads an answer as far as it says something; a body that stops half-way counts as far as it came. */
export async function answerOf (response: IncomingMessage, timeoutMs: number): Promise<Answer> {
  const { statusCode: status = 0, statusMessage = '', headers } = response
  const body = parse(await readBody(response, timeoutMs))
  const reason = reasonIn(body)
  return { status, line: shown(`HTTP ${status} ${statusMessage}`), headers, body, ...(reason !== undefined && { reason }) }
}

/** A text of somebody else on one line, not too long, and without a token. */
export function shown (text: string): string {
  const line = redactUrl(printable(text.trim()))
  return line.length > MAX_SHOWN_LENGTH ? `${line.slice(0, MAX_SHOWN_LENGTH)}...` : line
}

async function readBody (response: IncomingMessage, timeoutMs: number): Promise<string> {
  let body = ''
  const timer = setTimeout(() => response.destroy(), timeoutMs)
  try {
    for await (const chunk of response) {
      body += String(chunk)
      if (body.length > MAX_BODY_LENGTH) break
    }
  } catch {
    // What has come so far is all there is.
  } finally {
    clearTimeout(timer)
  }
  return body
}

function parse (body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

function reasonIn (body: unknown): string | undefined {
  const isOurs = isRecord(body) && typeof body['error'] === 'string' && typeof body['code'] === 'string'
  return isOurs ? shown(String(body['error'])) : undefined
}
