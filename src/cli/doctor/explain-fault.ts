import { errorText } from '../error-text.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { shown } from './answer.ts'
import type { Explanation } from './explain.ts'
import { LineEnded } from './line.ts'
import { RequestRefused } from './rooms.ts'
import { ConnectionRefused } from './visit.ts'

const adviceOfCode: Readonly<Record<string, string>> = {
  UNAVAILABLE: 'The node cannot reach Redis, or waits for it too long: see REDIS_URL, and the log of the node.',
  RATE_LIMIT: 'A limit of the service: WS_MESSAGE_RATE and WS_MESSAGE_BURST; the checks send some 30 frames at once.',
  UNKNOWN_TYPE: 'The service does not know this request: it is another version, or another server.'
}

const adviceOfClose: Readonly<Record<number, string>> = {
  [closeCodes.rateLimit.code]: 'A limit of the service at the door, or WS_MESSAGE_RATE; behind a proxy set TRUST_PROXY.',
  [closeCodes.restarting.code]: 'The node is being restarted: try again when it is done.',
  [closeCodes.tokenExpired.code]: 'The token ended in the middle of the checks: use one that lives longer.',
  1006: 'Something on the way cut the connection: see the time-outs, limits and log of the proxy.'
}

/** What a check threw, in words. */
export function explainFault (error: unknown): Explanation {
  const value = shown(errorText(error))
  if (error instanceof ConnectionRefused) return { value, advice: error.advice }
  if (error instanceof RequestRefused) return { value, advice: adviceOfCode[error.code] ?? 'The log of the service says more.' }
  if (error instanceof LineEnded) return { value, advice: adviceOfClose[error.ended.code] ?? 'The close code says why; the log of the service says more.' }
  return { value, advice: 'Nothing came, or not as it should: a proxy holds it back, the service hangs, or the time is too short (--timeout).' }
}
