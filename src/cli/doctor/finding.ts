/** How a check went: `warning` is worth a look but lets clients work; `skipped` could not be made or was not asked for. */
export type Status = 'ok' | 'warning' | 'failed' | 'skipped'

/** What a check found out. */
export interface Finding {
  readonly status: Status
  /** What was measured or seen, on one line. */
  readonly value: string
  /** Cause and remedy in a sentence or two, where it is not ok. */
  readonly advice?: string
  /** The measured figures by name, for programs; durations end in `_ms`. */
  readonly data?: Readonly<Record<string, unknown>>
}

/** As it should be. */
export function ok (value: string, data?: Finding['data']): Finding {
  return { status: 'ok', value, ...(data !== undefined && { data }) }
}

/** Works, but not as well as it could. */
export function warning (value: string, advice: string, data?: Finding['data']): Finding {
  return { status: 'warning', value, advice, ...(data !== undefined && { data }) }
}

/** Does not work. */
export function failed (value: string, advice: string, data?: Finding['data']): Finding {
  return { status: 'failed', value, advice, ...(data !== undefined && { data }) }
}

/** Not checked, and why. */
export function skipped (value: string): Finding {
  return { status: 'skipped', value }
}
