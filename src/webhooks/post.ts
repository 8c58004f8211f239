import type { Endpoint } from './endpoint.ts'
import { retryAfterMs } from './retry-after.ts'
import { signedHeaders, type WebhookMessage } from './signature.ts'

/** What a receiver made of a message. */
export type Outcome =
  | { readonly kind: 'accepted' }
  /** It would refuse it the next time as well. */
  | { readonly kind: 'refused', readonly reason: string }
  /** It may take it later; after so long, if it said so. */
  | { readonly kind: 'failed', readonly reason: string, readonly afterMs?: number | undefined }

/** Whom messages are sent to, and what they are signed with. */
export interface Receiver {
  readonly endpoint: Endpoint
  readonly key: Buffer
}

const REQUEST_TIMEOUT = 408
const TOO_MANY = 429
const SERVER_ERROR = 500
/** More of an answer is not read: the connection is given up instead. */
const MAX_ANSWER_BYTES = 65_536

/** Sends a message once, without following redirects. Never rejects; the signal ends it. */
export async function post (message: WebhookMessage, { endpoint, key }: Receiver, signal: AbortSignal): Promise<Outcome> {
  try {
    const response = await fetch(endpoint.href, {
      method: 'POST',
      headers: headersOf(message, endpoint, key),
      body: message.body,
      redirect: 'manual',
      signal
    })
    await readAway(response)
    return outcomeOf(response)
  } catch (error) {
    return { kind: 'failed', reason: signal.aborted ? 'no answer in time' : reasonOf(error) }
  }
}

function headersOf (message: WebhookMessage, { authorization }: Endpoint, key: Buffer): Record<string, string> {
  const headers = { 'content-type': 'application/json', 'user-agent': 'wshub', ...signedHeaders(message, key, Date.now()) }
  return authorization === undefined ? headers : { ...headers, authorization }
}

function outcomeOf ({ ok, status, headers }: Response): Outcome {
  if (ok) return { kind: 'accepted' }
  const reason = `status ${status}`
  const mayPass = status === REQUEST_TIMEOUT || status === TOO_MANY || status >= SERVER_ERROR
  return mayPass ? { kind: 'failed', reason, afterMs: retryAfterMs(headers.get('retry-after'), Date.now()) } : { kind: 'refused', reason }
}

/** An answer that was read to its end leaves the connection for the next request. What it says does not matter, nor that it breaks off. */
async function readAway ({ body }: Response): Promise<void> {
  if (body === null) return
  const reader = body.getReader()
  try {
    for (let bytes = 0; bytes <= MAX_ANSWER_BYTES;) {
      const { done, value } = await reader.read()
      if (done) return
      bytes += value.length
    }
    await reader.cancel()
  } catch {}
}

/** `fetch` hides the reason behind its error. The text may name the address, which has no credentials any more. */
function reasonOf (error: unknown): string {
  const cause = error instanceof Error ? error.cause ?? error : error
  const { code } = cause instanceof Error && 'code' in cause ? cause : { code: undefined }
  if (typeof code === 'string') return code
  return cause instanceof Error ? cause.name : 'unknown'
}
