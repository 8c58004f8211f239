import { decodeJwt, decodeProtectedHeader } from 'jose'
import { shown } from './answer.ts'
import { failed, ok, warning, type Finding } from './finding.ts'

/** A token that ends sooner may be gone before the examination is over, ms. */
const SHORT_MS = 60_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Looks at a token without its key, at a time in ms since 1970. Tells nothing of what it holds but its algorithm and its times. */
export function inspectToken (token: string, nowMs: number): Finding {
  const parts = decode(token)
  if (parts === undefined) return failed('no JWT', 'Expected three parts in base64url, with dots between: header, claims and signature. Was it copied whole?')
  const { alg, claims: { exp, nbf, sub, user_id: userId } } = parts
  if (exp === undefined) return failed('without exp', 'The service accepts only tokens that end: let the login service set exp.')
  const endsMs = exp * 1000
  if (endsMs <= nowMs) return failed(`expired since ${formatTime(nowMs - endsMs)}`, 'Get a new one. If it is new, the clock of whoever signed it, or of this machine, is wrong.')
  if (nbf !== undefined && nbf * 1000 > nowMs) return failed(`not valid for another ${formatTime(nbf * 1000 - nowMs)}`, 'nbf lies ahead: wait, or set the clock of whoever signed it, or of this machine.')
  const value = `${alg}, valid for ${formatTime(endsMs - nowMs)}`
  if (sub === undefined && userId === undefined) return warning(`${value}, no user`, 'It has neither sub nor user_id: the service refuses it, unless JWT_USER_CLAIM names another claim.')
  if (endsMs - nowMs < SHORT_MS) return warning(value, 'It ends soon, and connections with it (1008): checks may fail for that alone.')
  return ok(value, { valid_for_ms: Math.round(endsMs - nowMs) })
}

/** A length of time, ms, in words. */
export function formatTime (durationMs: number): string {
  if (durationMs < MINUTE_MS) return `${Math.max(1, Math.round(durationMs / 1000))} s`
  if (durationMs < HOUR_MS) return `${Math.floor(durationMs / MINUTE_MS)} min`
  if (durationMs < DAY_MS) return `${Math.floor(durationMs / HOUR_MS)} h ${Math.floor(durationMs % HOUR_MS / MINUTE_MS)} min`
  return `${Math.floor(durationMs / DAY_MS)} days`
}

interface Claims {
  readonly exp: number | undefined
  readonly nbf: number | undefined
  readonly sub: unknown
  readonly user_id: unknown
}

function decode (token: string): { alg: string, claims: Claims } | undefined {
  try {
    const { alg } = decodeProtectedHeader(token)
    const { exp, nbf, sub, user_id } = decodeJwt(token)
    return { alg: shown(String(alg)).slice(0, 20), claims: { exp: numberOf(exp), nbf: numberOf(nbf), sub, user_id } }
  } catch {
    return undefined
  }
}

function numberOf (value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
