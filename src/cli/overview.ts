import { settingsHelp } from '../../config/help.ts'
import { commands } from './commands.ts'

/** What `wshub --help` says: all commands and all settings. */
export function overview (): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`)
  return [
    'wshub: a self-hosted real-time WebSocket hub',
    '',
    'Usage: wshub COMMAND [flags]',
    '',
    ...rows,
    '',
    'wshub COMMAND --help explains a command, wshub --version says which version this is.',
    'Exit codes: 0 done; 1 not possible, such as a refused connection or a busy port; 2 a bad flag, file or setting.',
    '',
    'Settings, from the environment or from the file that --config or WS_CONFIG_FILE names:',
    '',
    settingsHelp().trimEnd()
  ].join('\n')
}
