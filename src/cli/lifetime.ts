import { parseDuration } from '../../config/duration.ts'
import { UsageError } from './usage-error.ts'

const DAY_MS = 86_400_000
const MIN_MS = 1_000
/** Ten years: longer is a slip, not a wish. */
const MAX_MS = 3_650 * DAY_MS

/** Reads how long a token shall live, ms; throws a {@link UsageError} for what is no such time. */
export function parseLifetime (text: string): number {
  const [, days] = /^(\d{1,6})d$/.exec(text) ?? []
  const lifetimeMs = days === undefined ? parseDuration(text) : Number(days) * DAY_MS
  if (lifetimeMs !== undefined && lifetimeMs >= MIN_MS && lifetimeMs <= MAX_MS) return lifetimeMs
  throw new UsageError(`--expires-in: expected a time from 1s to 3650d, such as 30s, 15m, 1h or 7d, got ${text}`)
}
