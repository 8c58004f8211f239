import { ConfigError, loadConfig } from '../../config/load-config.ts'

type Env = Record<string, string | undefined>

/** The error that loading these settings ends with; undefined when they are fine. */
export function errorOf (env: Env, fileText?: string): ConfigError | undefined {
  try {
    if (fileText === undefined) loadConfig(env)
    else configOf(fileText, env)
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

/** The problems that loading these settings names; none when they are fine. */
export function problemsOf (env: Env, fileText?: string): readonly string[] {
  return errorOf(env, fileText)?.problems ?? []
}

/** The configuration that a settings file gives, with an environment beside it. */
export function configOf (fileText: string, env: Env = {}) {
  return loadConfig({ ...env, WS_CONFIG_FILE: 'hub.yaml' }, () => fileText).config
}
