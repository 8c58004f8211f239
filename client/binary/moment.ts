const SECOND_MS = 1_000
let second = NaN
let beginning = ''

/** A time, ms since 1970, as RFC 3339 in UTC. What comes within a second has most of its text in common: that is made once. */
export function momentOf (ms: number): string {
  const now = Math.floor(ms / SECOND_MS)
  if (now !== second) {
    second = now
    beginning = new Date(now * SECOND_MS).toISOString().slice(0, -4)
  }
  return `${beginning}${String(ms % SECOND_MS).padStart(3, '0')}Z`
}
