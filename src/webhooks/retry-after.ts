/** `Thu, 01 Jan 2026 00:00:05 GMT` (RFC 9110 section 5.6.7); what else `Date` understands is no date here. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/

/** What a header `retry-after` asks for, seconds or a date, as ms from now; undefined where it asks for nothing, or cannot be read. */
export function retryAfterMs (header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  const text = header.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const atMs = HTTP_DATE.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}
