const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const
const DURATION = /^(\d{1,15})(ms|s|m|h)$/

/** The longest delay `setTimeout` keeps; a longer one would fire at once. */
export const MAX_DELAY_MS = 2 ** 31 - 1

/** Reads `500ms`, `54s`, `5m` or `24h` as milliseconds; undefined when the text is not of that form. */
export function parseDuration (text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? []
  return isUnit(unit) ? Number(amount) * UNIT_MS[unit] : undefined
}

/** Writes milliseconds in the largest unit that needs no fraction: 90000 is `90s`, 60000 is `1m`. */
export function formatDuration (durationMs: number): string {
  if (durationMs === 0) return '0s'
  const [unit, size] = Object.entries(UNIT_MS).find(([, size]) => durationMs % size === 0) ?? ['ms', 1]
  return `${durationMs / size}${unit}`
}

function isUnit (unit: string | undefined): unit is keyof typeof UNIT_MS {
  return unit !== undefined && Object.hasOwn(UNIT_MS, unit)
}
