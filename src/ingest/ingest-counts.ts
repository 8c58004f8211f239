/** What has become of events since this node started. */
export interface IngestCounts {
  /** Handed over by the source, repetitions included. */
  readonly received: number
  /** Accepted by the relay. */
  readonly published: number
  /** Repetitions of what had been published. */
  readonly duplicates: number
  /** Given back for another attempt. */
  readonly retried: number
  /** Given up: nothing could be made of them. */
  readonly dead_lettered: number
  /** For nobody: no rule names them, or their lists of receivers are empty. */
  readonly ignored: number
}

/** Nothing so far. */
export function noCounts (): Record<keyof IngestCounts, number> {
  return { received: 0, published: 0, duplicates: 0, retried: 0, dead_lettered: 0, ignored: 0 }
}
