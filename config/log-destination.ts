import pino from 'pino'

/** Where the logger puts its lines. */
export interface LogStream {
  write (line: string): void
}

/** So many bytes of lines leave at once; fewer wait for others. */
const FULL_BYTES = 16_000
/** How long a line waits at most, ms. */
const GATHER_MS = 20

/**
 * Standard output for the log. Lines gather for a moment: a write each costs a busy server more than making them. What is
 * gathered when the process ends, also by an error, is written then.
 */
export function logDestination (): LogStream {
  const output = pino.destination({ sync: false, minLength: FULL_BYTES })
  let timer: NodeJS.Timeout | undefined
  let unwrittenBytes = 0
  const flush = (): void => {
    timer = undefined
    output.flush()
  }
  const flushSoon = (): void => { timer ??= setTimeout(flush, GATHER_MS).unref() }
  output.on('write', (bytes: number) => { unwrittenBytes -= bytes })
  // A flush does nothing while a write is under way: what came meanwhile would wait for the next line.
  output.on('drain', () => { if (unwrittenBytes > 0) flushSoon() })
  return {
    write (line) {
      unwrittenBytes += Buffer.byteLength(line)
      output.write(line)
      flushSoon()
    }
  }
}
