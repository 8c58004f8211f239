import { LineCounter, parseDocument } from 'yaml'
import { ConfigError } from './config-error.ts'
import type { Entry, RawValue } from './entry.ts'

/** Reads a file's text; may throw. */
export type ReadFile = (path: string) => string

type Block = ReadonlyMap<unknown, unknown>

/** Deeper than any name has parts; an alias to its own block never ends. */
const MAX_DEPTH = 8

/**
 * The settings written in a YAML or JSON file (JSON is YAML); nested blocks are joined by `_` and upper-cased.
 * Throws a {@link ConfigError} that names the file and shows none of its content.
 */
export function readConfigFile (path: string, readFile: ReadFile): Entry[] {
  const root = parse(path, readText(path, readFile))
  if (root === null || root === undefined) return []
  if (!(root instanceof Map)) throw fileError(path, 'expected a map of settings at the top')
  return [...flatten(path, root)].map(({ keys, value }) => {
    const source = `${keys.join('.')} in ${path}`
    return { name: keys.join('_').toUpperCase(), source, raw: rawOf(value, source) }
  })
}

function readText (path: string, readFile: ReadFile): string {
  try {
    return readFile(path).replace(/^\uFEFF/, '')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw fileError(path, `cannot be read (${reason})`)
  }
}

/** The parser's own texts quote the file, which may hold keys: only place and code are told. */
function parse (path: string, text: string): unknown {
  const lineCounter = new LineCounter()
  const document = attempt(path, () => parseDocument(text, { prettyErrors: false, lineCounter }))
  const fault = document.errors[0] ?? document.warnings[0]
  if (fault === undefined) return attempt(path, () => document.toJS({ mapAsMap: true }))
  const { line, col } = lineCounter.linePos(fault.pos[0])
  throw fileError(path, `malformed at line ${line}, column ${col} (${fault.code})`)
}

function attempt<T> (path: string, read: () => T): T {
  try {
    return read()
  } catch {
    throw fileError(path, 'malformed (nested too deeply, or aliases that cannot be resolved)')
  }
}

function * flatten (path: string, block: Block, parents: readonly string[] = []): Generator<{ keys: string[], value: unknown }> {
  for (const [key, value] of block) {
    const keys = [...parents, String(key)]
    if (keys.length > MAX_DEPTH) throw fileError(path, `blocks nested more than ${MAX_DEPTH} deep`)
    if (value instanceof Map) yield * flatten(path, value, keys)
    else yield { keys, value }
  }
}

function rawOf (value: unknown, source: string): RawValue {
  if (value === null || value === undefined) return ''
  if (!Array.isArray(value)) return String(value)
  if (value.some((entry) => typeof entry === 'object')) throw new ConfigError([`${source}: expected a list of plain values`])
  return value.map(String)
}

function fileError (path: string, text: string): ConfigError {
  return new ConfigError([`WS_CONFIG_FILE: ${path}: ${text}`])
}
