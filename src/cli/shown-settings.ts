import { formatDuration } from '../../config/duration.ts'
import { schemaSettings, type Config, type Setting } from '../../config/env-schema.ts'
import { printable } from './printable.ts'

/** Every setting with the value in effect, as it would be written in the environment; secrets as `***`. */
export function shownSettings (config: Config): string[] {
  const values = new Map<string, unknown>(Object.entries(config))
  return schemaSettings.map((setting) => `${setting.env}=${shown(setting, values.get(setting.key))}`)
}

function shown ({ kind, secret }: Setting, value: unknown): string {
  if (value === undefined) return ''
  if (secret) return '***'
  if (kind === 'duration') return formatDuration(Number(value))
  if (kind === 'environment') return value === true ? 'production' : 'development'
  return printable(String(value))
}
