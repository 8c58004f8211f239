/** How a number of durations are spread, ms. */
export interface Spread {
  readonly min: number
  readonly median: number
  readonly p95: number
  readonly max: number
}

/** The spread of at least one duration, by nearest rank. */
export function spreadOf (durationsMs: readonly number[]): Spread {
  const sorted = [...durationsMs].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
  return { min: at(0), median: at(0.5), p95: at(0.95), max: at(1) }
}

/** The spread in words. */
export function formatSpread ({ min, median, p95, max }: Spread): string {
  return `min ${formatMs(min)}, median ${formatMs(median)}, p95 ${formatMs(p95)}, max ${formatMs(max)}`
}

/** The spread as figures of a report. */
export function spreadData ({ min, median, p95, max }: Spread): Readonly<Record<string, number>> {
  return { min_ms: rounded(min), median_ms: rounded(median), p95_ms: rounded(p95), max_ms: rounded(max) }
}

/** A duration with as many digits as say something. */
export function formatMs (durationMs: number): string {
  return `${durationMs < 10 ? durationMs.toFixed(1) : Math.round(durationMs)} ms`
}

/** To the microsecond: more is noise. */
export function rounded (durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000
}
