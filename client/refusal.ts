import type { Call } from './call.ts'

/** Codes after which the outcome is open, or nothing has happened yet. */
const TRY_AGAIN = new Set(['UNAVAILABLE', 'RATE_LIMIT'])
const RETRY_MS = { least: 100, most: 500 }

/** True for a code that says no for now only. */
export function isPassing (code: string): boolean {
  return TRY_AGAIN.has(code)
}

/** What a refusal leads to: it is the answer, the request is said again, or it is given up in silence. */
export function afterRefusal ({ rules }: Call, code: string): 'answer' | 'again' | 'silence' {
  if (!isPassing(code)) return 'answer'
  if (rules.isVolatile === true) return 'silence'
  return rules.repeats || rules.isUrgent === true ? 'again' : 'answer'
}

/** How long to wait before a request is said again, ms. */
export function retryDelay (): number {
  return RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least)
}
