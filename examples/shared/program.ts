import { parseArgs, type ParseArgsConfig } from 'node:util'

/** Exit codes of all examples. */
export const EXIT = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const

/** One of the examples, as `npm run example -- NAME` runs it. */
export interface Example {
  /** Shown by `--help` and after a mistake on the command line. */
  readonly usage: string
  /** Resolves with the exit code. Throws a {@link UsageError} for a wrong command line. */
  readonly run: (args: string[]) => Promise<number>
}

/** The command line is wrong; the message says what was expected. */
export class UsageError extends Error {}

/** Runs an example: `--help` and mistakes are answered in the same way by all of them. */
export async function runExample ({ usage, run }: Example, args: string[]): Promise<number> {
  if (args.includes('--help')) {
    say(usage)
    return EXIT.success
  }
  try {
    return await run(args)
  } catch (error) {
    const isUsage = error instanceof UsageError
    process.stderr.write(`${messageOf(error)}\n${isUsage ? `\n${usage}\n` : ''}`)
    return isUsage ? EXIT.usage : EXIT.failure
  }
}

/** Reads flags; throws a {@link UsageError} for one that is not known. */
export function readFlags<T extends NonNullable<ParseArgsConfig['options']>> (args: string[], options: T): ReturnType<typeof parseArgs<{ options: T }>>['values'] {
  try {
    return parseArgs({ args, options, strict: true }).values
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}

/** Reads a whole number; throws a {@link UsageError} for anything else. */
export function readInteger (flag: string, text: string, { min, max }: { readonly min: number, readonly max: number }): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (value >= min && value <= max) return value
  throw new UsageError(`${flag}: expected a number from ${min} to ${max}, got ${text}`)
}

/** Ends the program at a signal in a way that ends the processes that it has started, too. */
export function endOnSignals (): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(EXIT.interrupted))
}

/** Prints a line. */
export function say (line: string): void {
  process.stdout.write(`${line}\n`)
}

export function messageOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
