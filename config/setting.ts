import { Type, type SchemaOptions } from '@sinclair/typebox'
import { formatDuration, MAX_DELAY_MS } from './duration.ts'

/** How the text of a setting is read. */
export type SettingKind = 'text' | 'integer' | 'bytes' | 'duration' | 'boolean' | 'choice' | 'list' | 'environment'

/** What reading one value gives: the value, or what was expected instead (and the part that was wrong). */
export type Outcome<T> = { readonly value: T } | { readonly expected: string, readonly got?: string }

/** Checks one text, or one entry of a list, and may put it into its usual form. */
export type Rule = (text: string) => Outcome<string>

/** Everything known about a setting but its key. */
export interface Annotation {
  readonly env: string
  readonly kind: SettingKind
  /** The kind in words, with the bounds or the known values. */
  readonly type: string
  /** As one would write it; empty: unset, or an empty list. */
  readonly default: string
  readonly meaning: string
  readonly aliases: readonly string[]
  /** The value is never shown, in no message. */
  readonly secret: boolean
  readonly values?: readonly string[]
  readonly min?: number
  readonly max?: number
  readonly rule?: Rule
}

interface Extras {
  readonly aliases?: readonly string[]
  readonly rule?: Rule
}

interface Bounds extends Extras {
  readonly min?: number
  readonly max?: number
}

type Known = Pick<Annotation, 'env' | 'kind' | 'default' | 'meaning'> & Partial<Annotation>

/** More than any machine holds, so that a slip such as one digit too many is still told apart from a wish. */
const MAX_COUNT = 1_000_000_000

/** A text that always has a value. */
export function text (env: string, defaultText: string, meaning: string, extras: Extras = {}) {
  return Type.String(annotate({ env, kind: 'text', default: defaultText, meaning, ...extras }))
}

/** A text that may be unset. */
export function optionalText (env: string, meaning: string) {
  return Type.Optional(text(env, '', meaning))
}

/** A key or an address with credentials: may be unset, and no message ever shows it. */
export function secret (env: string, meaning: string, rule: Rule) {
  return Type.Optional(Type.String(annotate({ env, kind: 'text', default: '', meaning, secret: true, rule })))
}

/** A whole number. */
export function integer (env: string, defaultValue: number, meaning: string, { min = 0, max = MAX_COUNT, ...extras }: Bounds = {}) {
  const known = { env, kind: 'integer', default: String(defaultValue), meaning, min, max, ...extras } as const
  return Type.Integer({ minimum: min, maximum: max, ...annotate(known, `integer ${min} to ${max}`) })
}

/** A size in bytes. */
export function bytes (env: string, defaultValue: number, meaning: string, { min = 0, max = MAX_COUNT }: Bounds = {}) {
  const known = { env, kind: 'bytes', default: String(defaultValue), meaning, min, max } as const
  return Type.Integer({ minimum: min, maximum: max, ...annotate(known, `bytes ${min} to ${max}`) })
}

/** A size in bytes that is taken for compatibility and rules nothing here. */
export function advisoryBytes (env: string, meaning: string) {
  const known = { env, kind: 'bytes', default: '', meaning, min: 0, max: MAX_COUNT } as const
  return Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_COUNT, ...annotate(known, 'bytes, advisory') }))
}

/** A time with a unit; bounds in milliseconds. */
export function duration (env: string, defaultText: string, meaning: string, { min = 1, ...extras }: Omit<Bounds, 'max'> = {}) {
  const known = { env, kind: 'duration', default: defaultText, meaning, min, max: MAX_DELAY_MS, ...extras } as const
  const type = min === 0 ? 'duration, 0s allowed' : `duration from ${formatDuration(min)}`
  return Type.Integer({ minimum: min, maximum: MAX_DELAY_MS, ...annotate(known, type) })
}

/** `true` or `false`. */
export function flag (env: string, defaultValue: boolean, meaning: string) {
  return Type.Boolean(annotate({ env, kind: 'boolean', default: String(defaultValue), meaning }, 'true or false'))
}

/** Whether the variable names the production environment. */
export function isProduction (env: string, meaning: string) {
  return Type.Boolean(annotate({ env, kind: 'environment', default: 'development', meaning }, 'text'))
}

/** One of a few known words. */
export function choice<const T extends readonly string[]> (env: string, values: T, defaultText: T[number], meaning: string) {
  return oneOf(values, annotate({ env, kind: 'choice', default: defaultText, meaning, values }, values.join('|')))
}

/** One of a few known words, or unset. */
export function optionalChoice<const T extends readonly string[]> (env: string, values: T, meaning: string) {
  return Type.Optional(oneOf(values, annotate({ env, kind: 'choice', default: '', meaning, values }, values.join('|'))))
}

/** Texts separated by commas. */
export function list (env: string, defaultText: string, meaning: string, extras: Extras = {}) {
  return Type.Array(Type.String(), annotate({ env, kind: 'list', default: defaultText, meaning, ...extras }, 'comma list'))
}

/** Known words separated by commas. */
export function choices<const T extends readonly string[]> (env: string, values: T, defaultText: string, meaning: string) {
  const known = { env, kind: 'list', default: defaultText, meaning, values } as const
  return Type.Array(oneOf(values), annotate(known, `comma list of ${values.join('|')}`))
}

function oneOf<T extends readonly string[]> (values: T, options: SchemaOptions = {}) {
  return Type.Unsafe<T[number]>(Type.Union(values.map((value) => Type.Literal(value)), options))
}

function annotate (known: Known, type: string = known.kind): SchemaOptions & { readonly setting: Annotation } {
  const twins = known.env.startsWith('WS_') ? [`WEBSOCKET_${known.env.slice(3)}`] : []
  const aliases = [...new Set([...(known.aliases ?? []), ...twins])]
  return { description: known.meaning, setting: { secret: false, ...known, type, aliases } }
}
