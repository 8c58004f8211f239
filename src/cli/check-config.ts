import { loadSettings } from './load-settings.ts'
import { parseFlags } from './parse-flags.ts'
import { shownSettings } from './shown-settings.ts'
import { EXIT, notify, writeLines, type CliCommand } from './world.ts'

const usage = `Usage: wshub check-config [--config FILE]

Checks the settings without starting anything. Prints the effective ones as NAME=value, secrets as ***;
or every problem there is, with exit code 2.

  --config FILE   YAML or JSON file with settings; in place of WS_CONFIG_FILE`

/** `wshub check-config`. */
export const command: CliCommand = {
  usage,
  async run (args, world) {
    const flags = parseFlags(args, { config: { type: 'string' } })
    const { config, warnings } = loadSettings(world.env, flags)
    writeLines(world.stdout, `WS_CONFIG_FILE=${flags.config ?? world.env['WS_CONFIG_FILE'] ?? ''}`, ...shownSettings(config))
    for (const warning of warnings) notify(world, `warning: ${warning}`)
    return EXIT.success
  }
}
