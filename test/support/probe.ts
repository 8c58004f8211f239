import type { ReceivedFrame, TestClient } from '../client.ts'

/** Settings under which a connection may send what it likes, as fast as it likes. */
export const NO_LIMITS = {
  WS_MESSAGE_RATE: '0',
  WS_INVALID_JSON_BUDGET: '1000000000',
  WS_MAX_ROOMS_PER_CLIENT: '0',
  WS_CLIENT_BROADCAST: 'all',
  // Each request would be a line.
  LOG_LEVEL: 'warn'
}

/** Requests that may go without an answer. */
const SILENT = new Set<unknown>(['typing', 'stop_typing'])

/** What a text frame was answered with; a pong that belongs to no frame is the end of it. */
export async function answersTo (client: TestClient, text: string): Promise<ReceivedFrame[]> {
  client.send(text)
  return await client.drain()
}

/** What is wrong with the answers to a text frame, or undefined. */
export function answerProblem (text: string, answers: readonly ReceivedFrame[]): string | undefined {
  if (answers.some(({ payload }) => payload?.['code'] === 'INTERNAL_ERROR')) return `INTERNAL_ERROR for ${text}`
  const isSilent = SILENT.has(typeOf(text))
  if (answers.length > 1 || (answers.length === 0 && !isSilent)) return `${answers.length} answers to ${text}`
  return undefined
}

function typeOf (text: string): unknown {
  try {
    return JSON.parse(text)?.type
  } catch {
    return undefined
  }
}
