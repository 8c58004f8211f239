import { ConfigError } from '../../config/config-error.ts'
import { listSettings } from '../../config/env-schema.ts'
import { loadConfig, type LoadedConfig } from '../../config/load-config.ts'
import type { World } from './world.ts'

/** The setting that each flag stands for. */
const SETTING_OF_FLAG = { port: 'PORT', host: 'HOST', config: 'WS_CONFIG_FILE' } as const
const flagNames = ['port', 'host', 'config'] as const

/** What the command line says about settings. */
export type SettingFlags = { readonly [flag in typeof flagNames[number]]?: string | undefined }

interface GivenFlag {
  readonly flag: string
  readonly setting: string
  readonly value: string
}

/** Loads the settings; a flag wins over the environment, and a problem with its value names it. */
export function loadSettings (env: World['env'], flags: SettingFlags): LoadedConfig {
  const given = flagNames.flatMap((flag) => givenFlag(flag, flags[flag]))
  const overrides = Object.fromEntries(given.map(({ setting, value }) => [setting, value]))
  try {
    return loadConfig({ ...withoutAliases(env, overrides), ...overrides })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError(error.problems.map((problem) => given.reduce(nameFlag, problem)))
  }
}

function givenFlag (flag: typeof flagNames[number], value: string | undefined): GivenFlag[] {
  return value === undefined ? [] : [{ flag, setting: SETTING_OF_FLAG[flag], value }]
}

/** Another name of an overridden setting would contradict the flag. */
function withoutAliases (env: World['env'], overrides: Readonly<Record<string, string>>): World['env'] {
  const overridden = listSettings().filter((setting) => Object.hasOwn(overrides, setting.env))
  const hidden = new Set(overridden.flatMap(({ aliases }) => aliases))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name)))
}

function nameFlag (problem: string, { flag, setting }: GivenFlag): string {
  return problem.startsWith(`${setting}:`) ? `--${flag} (${setting})${problem.slice(setting.length)}` : problem
}
