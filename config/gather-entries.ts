import { readConfigFile, type ReadFile } from './config-file.ts'
import type { Entry, RawValue, Report } from './entry.ts'
import { ConfigError } from './config-error.ts'
import { configFileSetting, schemaSettings, type Setting } from './env-schema.ts'
import { nearestName } from './nearest-name.ts'

/** Variables as `process.env` holds them. */
export type Env = Readonly<Record<string, string | undefined>>

/** What was written for each setting that was written at all. */
export type Given = ReadonlyMap<Setting, readonly Entry[]>

const OUR_PREFIX = /^(?:WS|WEBSOCKET|JWT|REDIS|NATS|INGEST|WEBHOOK|METRICS)_/i
/** Read by the `ws` package itself. */
const FOREIGN = new Set(['WS_NO_BUFFER_UTIL', 'WS_NO_UTF_8_VALIDATE'])
const settingByName = new Map(schemaSettings.flatMap((setting) => [setting.env, ...setting.aliases].map((name) => [name, setting])))
const knownNames = [configFileSetting.env, ...settingByName.keys()]

/** Collects what the environment and the settings file say; for one setting the environment wins. */
export function gatherEntries (env: Env, readFile: ReadFile, report: Report): { given: Given, complete: boolean } {
  const fromEnv = Object.entries(env).map(([name, raw = '']) => ({ name, source: name, raw })).filter(isSet)
  const file = entriesOfFile(env[configFileSetting.env], readFile, report)
  for (const { name } of fromEnv) if (isUnknownVariable(name)) report.warnings.push(`${name}: unknown, ignored${hint(name)}`)
  return { given: new Map([...bySetting(file ?? []), ...bySetting(fromEnv)]), complete: file !== undefined }
}

/** Undefined when there is a file that cannot be used. */
function entriesOfFile (path: string | undefined, readFile: ReadFile, report: Report): Entry[] | undefined {
  if (path === undefined || !isSet({ raw: path })) return []
  try {
    const entries = readConfigFile(path.trim(), readFile)
    const unknown = entries.filter((entry) => !settingByName.has(entry.name) && !isEmptyBlock(entry))
    report.problems.push(...unknown.map(({ name, source }) => `${source}: unknown setting${hint(name)}`))
    return entries.filter(isSet)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    report.problems.push(...error.problems)
    return undefined
  }
}

function bySetting (entries: readonly Entry[]): Map<Setting, Entry[]> {
  const given = new Map<Setting, Entry[]>()
  for (const entry of entries) {
    const setting = settingByName.get(entry.name)
    if (setting !== undefined) given.set(setting, [...(given.get(setting) ?? []), entry])
  }
  return given
}

/** An empty value counts as unset, as a shell cannot tell the two apart. */
function isSet ({ raw }: { readonly raw: RawValue }): boolean {
  return typeof raw === 'string' ? raw.trim() !== '' : raw.length > 0
}

/** A block of a file whose lines are all commented out. */
function isEmptyBlock (entry: Entry): boolean {
  return !isSet(entry) && knownNames.some((name) => name.startsWith(`${entry.name}_`))
}

function isUnknownVariable (name: string): boolean {
  return OUR_PREFIX.test(name) && !FOREIGN.has(name) && !knownNames.includes(name)
}

function hint (name: string): string {
  const nearest = nearestName(name.toUpperCase(), knownNames)
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`
}
