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
  const flush = (): void => {
    timer = undefined
    output.flush()
  }
  return {
    write (line) {
      output.write(line)
      timer ??= setTimeout(flush, GATHER_MS).unref()
    }
  }
}
