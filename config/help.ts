import { listSettings, type Setting } from './env-schema.ts'

const NOTE = 'Every WS_ name is also understood with WEBSOCKET_ in its place. An empty value counts as unset.'

/** All settings as a plain text table for `--help`. */
export function settingsHelp (): string {
  const rows = listSettings().map((setting) => [setting.env, typeOf(setting), setting.default || '-', describe(setting)])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return [...lines, '', NOTE, ''].join('\n')
}

/** All settings as the table of the README. */
export function settingsMarkdown (): string {
  const rows = listSettings().map((setting) => [
    `\`${setting.env}\``, typeOf(setting), setting.default && `\`${setting.default}\``, describe(setting)
  ])
  const head = [['Setting', 'Type', 'Default', 'Meaning'], ['---', '---', '---', '---']]
  return [...head, ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`).join('')
}

function typeOf ({ type, secret }: Setting): string {
  return secret ? `${type}, secret` : type
}

function describe (setting: Setting): string {
  const names = setting.aliases.filter((name) => !isTwin(name, setting.env))
  return names.length === 0 ? setting.meaning : `${setting.meaning} Also ${names.join(', ')}.`
}

/** The names that the note covers. */
function isTwin (alias: string, env: string): boolean {
  return alias.replace('WEBSOCKET_', 'WS_') === env
}
