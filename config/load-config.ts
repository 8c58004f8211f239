import { readFileSync } from 'node:fs'
import { Type } from '@sinclair/typebox'
import { Value as Schema } from '@sinclair/typebox/value'
import { advise, checkTogether, resolveBurst, resolveConsole } from './check-together.ts'
import { checkKeys, resolveAlgorithms, type Draft } from './check-keys.ts'
import type { ReadFile } from './config-file.ts'
import { ConfigError } from './config-error.ts'
import { deepFreeze } from './deep-freeze.ts'
import { labelOf, shown, type Entry, type Report } from './entry.ts'
import { schemaSettings, settingsSchema, type Config, type Setting } from './env-schema.ts'
import { gatherEntries, type Env, type Given } from './gather-entries.ts'
import { parseValue, type Value } from './parse-value.ts'

export { ConfigError } from './config-error.ts'

const draftSchema = Type.Partial(settingsSchema)

/** The settings, and what to tell about them once there is a log. */
export interface LoadedConfig {
  readonly config: Config
  readonly warnings: string[]
}

/**
 * Reads the settings from `env` and from the file that WS_CONFIG_FILE names, if any; nothing else is touched.
 * Throws one {@link ConfigError} for all that is wrong.
 */
export function loadConfig (env: Env, readFile: ReadFile = readTextFile): LoadedConfig {
  const report: Report = { problems: [], warnings: [] }
  const { given, complete } = gatherEntries(env, readFile, report)
  const values: unknown = parseAll(given, report)
  Schema.Assert(draftSchema, values)
  const written = new Set([...given.keys()].map(({ key }) => key))
  // Without its file a setting may only seem to be missing or out of step.
  const config = complete ? finish({ values, isGiven: (key) => written.has(key) }, report) : values
  if (report.problems.length > 0) throw new ConfigError(report.problems)
  Schema.Assert(settingsSchema, config)
  return { config: deepFreeze(config), warnings: report.warnings }
}

function finish (draft: Draft, report: Report): Partial<Config> {
  checkTogether(draft, report)
  checkKeys(draft, report)
  advise(draft, report)
  return { ...draft.values, messageBurst: resolveBurst(draft), consolePage: resolveConsole(draft), jwtAlgorithms: [...resolveAlgorithms(draft, report)] }
}

function parseAll (given: Given, report: Report): Record<string, Value> {
  const values = schemaSettings.map((setting) => [setting.key, parseSetting(setting, given.get(setting), report)] as const)
  return Object.fromEntries(values.filter((pair): pair is [string, Value] => pair[1] !== undefined))
}

/** Undefined when the setting is unset and has no default, or when it was refused. */
function parseSetting (setting: Setting, entries: readonly Entry[] | undefined, { problems }: Report): Value | undefined {
  if (entries === undefined) return defaultOf(setting)
  const values = entries.map((entry) => parseEntry(setting, entry, problems)).filter((value) => value !== undefined)
  const differ = new Set(values.map((value) => JSON.stringify(value))).size > 1
  if (differ) problems.push(conflict(setting, entries))
  return differ || values.length < entries.length ? undefined : values[0]
}

function parseEntry (setting: Setting, entry: Entry, problems: string[]): Value | undefined {
  const outcome = parseValue(setting, entry.raw)
  if ('value' in outcome) return outcome.value
  const got = setting.secret ? '' : `, got ${shown(outcome.got ?? entry.raw)}`
  problems.push(`${labelOf(setting, entry)}: expected ${outcome.expected}${got}`)
  return undefined
}

function defaultOf (setting: Setting): Value | undefined {
  if (setting.default === '') return setting.kind === 'list' ? [] : undefined
  const outcome = parseValue(setting, setting.default)
  return 'value' in outcome ? outcome.value : undefined
}

function conflict (setting: Setting, entries: readonly Entry[]): string {
  const names = entries.map(({ source }) => source).join(' and ')
  const values = setting.secret ? '' : `, got ${entries.map(({ raw }) => shown(raw)).join(' and ')}`
  return `${names}: expected the same value for ${setting.env}${values}`
}

function readTextFile (path: string): string {
  return readFileSync(path, 'utf8')
}
