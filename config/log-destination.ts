import fs from 'node:fs'
import pino from 'pino'

/** Where the logger puts its lines. */
export interface LogStream {
  write (line: string): void
}

/** So many bytes of lines leave at once; fewer wait for others. */
const FULL_BYTES = 16_000
/** How long a line waits at most, ms. */
const GATHER_MS = 20
/** A reader that takes nothing any more is waited for so often at the end, 100 ms each time. */
const BUSY_TRIES = 10

/**
 * Standard output for the log. Lines gather for a moment: a write each costs a busy server more than making them. What is
 * gathered when the process ends, also by an error, is written then.
 */
export function logDestination (): LogStream {
  const output = pino.destination({ sync: false, minLength: FULL_BYTES })
  endsWithoutReader(output)
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

/**
 * What is left when the process ends is written in one go, and the library tries that for ever where it fails: a service whose reader
 * had gone would never end. It is let go of instead.
 */
function endsWithoutReader (output: ReturnType<typeof pino.destination>): void {
  const flushSync = output.flushSync.bind(output)
  output.flushSync = () => {
    const { writeSync } = fs
    let triesLeft = BUSY_TRIES
    const writeOrDrop = (fd: number, data: string | NodeJS.ArrayBufferView): number => {
      try {
        return typeof data === 'string' ? writeSync(fd, data) : writeSync(fd, data)
      } catch (error) {
        triesLeft -= 1
        if (triesLeft > 0 && error instanceof Error && 'code' in error && error.code === 'EAGAIN') throw error
        return Buffer.byteLength(data)
      }
    }
    // Found by the library at each call; nobody else runs meanwhile.
    Reflect.set(fs, 'writeSync', writeOrDrop)
    try {
      flushSync()
    } finally {
      Reflect.set(fs, 'writeSync', writeSync)
    }
  }
}
