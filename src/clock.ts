/** Milliseconds on a clock that nobody sets: for durations and deadlines. */
export function monotonicMs (): number {
  return performance.now()
}

let stampedAt = 0
let stamp = ''

/** The time now as RFC 3339 UTC with milliseconds; made once per millisecond, however many messages it stamps. */
export function timestamp (): string {
  const now = Date.now()
  if (now !== stampedAt) {
    stampedAt = now
    stamp = new Date(now).toISOString()
  }
  return stamp
}
