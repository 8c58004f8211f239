import { HubError } from './wshub.ts'

const CLOSES: Readonly<Record<number, string>> = {
  1000: 'closed in order',
  1001: 'the service went away',
  1006: 'the connection broke, or there was nobody to answer',
  1008: 'the token has expired',
  1009: 'the message was far too large',
  1012: 'the service restarts',
  1013: 'this page read too slowly, or the service is overloaded',
  4001: 'the service refused the token',
  4002: 'too many frames that were not JSON',
  4003: 'forbidden or banned',
  4004: 'disconnected by an administrator',
  4009: 'replaced by a newer session of the same user',
  4029: 'too many requests or connections'
}

const ADVICE: Readonly<Record<string, string>> = {
  NOT_IN_ROOM: 'Join the room first.',
  MISSING_ROOM: 'Name a room.',
  RATE_LIMIT: 'Wait a moment.',
  FORBIDDEN: 'The token does not allow it.',
  UNAVAILABLE: 'It may have happened all the same; ask again.',
  TIMEOUT: 'Some types, such as typing, are never answered.'
}

/** What a close code says. */
export function closeText (code: number): string {
  return CLOSES[code] ?? `close code ${code}`
}

/** What went wrong, for people. */
export function errorText (error: unknown): string {
  if (!(error instanceof HubError)) return error instanceof Error ? error.message : String(error)
  const { code, message } = error
  const advice = ADVICE[code]
  return `${code}: ${message}${advice === undefined ? '' : ` — ${advice}`}`
}
