import type { RawValue } from './entry.ts'
import type { Setting } from './env-schema.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { nearestName } from './nearest-name.ts'
import type { Outcome, SettingKind } from './setting.ts'

/** What a setting may hold once read. */
export type Value = string | number | boolean | string[]

const BOOLEANS = new Map([['true', true], ['1', true], ['on', true], ['yes', true], ['false', false], ['0', false], ['off', false], ['no', false]])

/** Reads what was written for a setting, by its kind, bounds, known values and rule. */
export function parseValue (setting: Setting, raw: RawValue): Outcome<Value> {
  const { kind } = setting
  if (kind === 'list') return parseList(setting, raw)
  if (typeof raw !== 'string') return { expected: 'one value, not a list' }
  return parseText({ ...setting, kind }, setting.secret ? raw : raw.trim())
}

function parseText (setting: Setting & { kind: Exclude<SettingKind, 'list'> }, text: string): Outcome<Value> {
  switch (setting.kind) {
    case 'integer': return parseNumber(setting, text, 'a whole number')
    case 'bytes': return parseNumber(setting, text, 'a plain number of bytes')
    case 'duration': return parseTime(setting, text)
    case 'boolean': return orExpected(BOOLEANS.get(text.toLowerCase()), 'true or false')
    case 'environment': return parseEnvironment(text)
    case 'choice': return parseWord(setting.values ?? [], text)
    case 'text': return setting.rule?.(text) ?? { value: text }
  }
}

/** A slip in `production` would start the service with the freedoms of development. */
function parseEnvironment (text: string): Outcome<boolean> {
  const isSlip = /^prod/i.test(text) || nearestName(text.toLowerCase(), ['production']) !== undefined
  const value = text === 'production'
  return isSlip && !value ? { expected: 'production in exactly this form, or the name of another environment' } : { value }
}

function parseNumber ({ min = 0, max = Infinity }: Setting, raw: string, what: string): Outcome<number> {
  const value = /^[+-]?\d{1,15}$/.test(raw) ? Number(raw) : NaN
  return value >= min && value <= max ? { value } : { expected: `${what} from ${min} to ${max}` }
}

function parseTime ({ min = 0, max = Infinity }: Setting, raw: string): Outcome<number> {
  const value = parseDuration(raw)
  if (value === undefined) return { expected: 'a duration with a unit, such as 500ms, 54s, 5m or 24h' }
  return value >= min && value <= max
    ? { value }
    : { expected: `a duration from ${formatDuration(min)} to ${formatDuration(max)}` }
}

function parseWord (values: readonly string[], raw: string): Outcome<string> {
  const word = values.find((value) => value.toLowerCase() === raw.toLowerCase())
  return orExpected(word, values.length === 1 ? `${values[0]}` : `one of ${values.join(', ')}`)
}

function parseList (setting: Setting, raw: RawValue): Outcome<string[]> {
  const texts = (typeof raw === 'string' ? raw.split(',') : raw).map((text) => text.trim()).filter((text) => text !== '')
  if (texts.length === 0) return { expected: 'at least one entry' }
  const value: string[] = []
  for (const text of texts) {
    const entry = parseEntry(setting, text)
    if (!('value' in entry)) return { got: text, ...entry }
    if (value.includes(entry.value)) return { expected: 'no entry twice', got: text }
    value.push(entry.value)
  }
  return { value }
}

function parseEntry ({ values, rule }: Setting, text: string): Outcome<string> {
  if (values !== undefined) return parseWord(values, text)
  return rule?.(text) ?? { value: text }
}

function orExpected<T> (value: T | undefined, expected: string): Outcome<T> {
  return value === undefined ? { expected } : { value }
}
