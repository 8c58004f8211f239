/** Pauses that double from one bound to the other, ms. */
export interface BackOff {
  readonly minMs: number
  readonly maxMs: number
}

const MAX_DOUBLINGS = 20

/** The pause after the given attempt, the first being 1. */
export function pauseAfter (attempt: number, { minMs, maxMs }: BackOff): number {
  return Math.min(maxMs, minMs * 2 ** Math.min(Math.max(attempt, 1) - 1, MAX_DOUBLINGS))
}

/** The same for those that should not all come back at once: between half of it and all. */
export function jitteredPause (attempt: number, backOff: BackOff): number {
  return Math.ceil(pauseAfter(attempt, backOff) * (1 + Math.random()) / 2)
}
