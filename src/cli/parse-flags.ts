import { parseArgs, type ParseArgsConfig } from 'node:util'
import { nearestName } from '../../config/nearest-name.ts'
import { redactUrl } from '../../config/redact.ts'
import { UsageError } from './usage-error.ts'

/** Flags as `parseArgs` describes them. */
export type FlagOptions = NonNullable<ParseArgsConfig['options']>

type FlagValues<T extends FlagOptions> = ReturnType<typeof parseArgs<{ options: T }>>['values']

/** Reads a command's flags; throws a {@link UsageError} for what is unknown, missing or empty. */
export function parseFlags<T extends FlagOptions> (args: readonly string[], options: T): FlagValues<T> {
  const values = readFlags(args, options)
  const empty = Object.entries(values).find(([, value]) => [value].flat().includes(''))
  if (empty !== undefined) throw new UsageError(`--${empty[0]}: expected a value, got an empty one`)
  return values
}

function readFlags<T extends FlagOptions> (args: readonly string[], options: T): FlagValues<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(complaint(error.message, options), { cause: error }) : error
  }
}

/** Node's texts in our words: one line, with a hint, and without a token that stands in the wrong place. */
function complaint (text: string, options: FlagOptions): string {
  const [, kind, name = ''] = /^(Unknown option|Unexpected argument) '(.*?)'/s.exec(text) ?? []
  if (kind === 'Unexpected argument') return `unexpected argument ${redactUrl(name)}`
  if (kind === undefined) return text.split(/\.? *\n/)[0] ?? text
  const nearest = nearestName(name.replace(/^-+/, ''), Object.keys(options))
  return `unknown flag ${redactUrl(name)}${nearest === undefined ? '' : ` (did you mean --${nearest}?)`}`
}
