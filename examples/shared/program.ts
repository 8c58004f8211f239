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

/** A program of its own, with a command line of its own. */
export interface Program<O extends { readonly help: boolean }> {
  /** Shown by `--help` and after a mistake on the command line; ends with a line break. */
  readonly usage: string
  /** Throws, or rejects, for a wrong command line. */
  readonly read: (args: string[]) => O | Promise<O>
  /** Resolves with the exit code. */
  readonly run: (options: O) => Promise<number>
}

/** Runs a program; resolves with its exit code. */
export async function runProgram<O extends { readonly help: boolean }> ({ usage, read, run }: Program<O>, args: string[]): Promise<number> {
  let options: O
  try {
    options = await read(args)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`)
    return EXIT.usage
  }
  if (options.help) {
    process.stdout.write(usage)
    return EXIT.success
  }
  try {
    return await run(options)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return EXIT.failure
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
