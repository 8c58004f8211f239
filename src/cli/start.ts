import { parseFlags } from './parse-flags.ts'
import type { SettingFlags } from './load-settings.ts'
import { onStopSignal } from './stop-signals.ts'
import { EXIT, writeLines, type CliCommand, type World } from './world.ts'

const usage = `Usage: wshub start [--host HOST] [--port PORT] [--config FILE]

Runs the service until it gets SIGTERM or SIGINT. Flags win over the environment; wshub --help lists all settings.

  --host HOST     address to listen on; in place of HOST
  --port PORT     port to listen on, 0 for a free one; in place of PORT
  --config FILE   YAML or JSON file with settings; in place of WS_CONFIG_FILE`

const options = { host: { type: 'string' }, port: { type: 'string' }, config: { type: 'string' } } as const

/** `wshub start`. */
export const command: CliCommand = {
  usage,
  async run (args, world) {
    const flags = parseFlags(args, options)
    // Nobody is connected yet: there is nothing to wait for.
    const release = onStopSignal(() => process.exit(EXIT.success))
    try {
      return await start(flags, world, release)
    } finally {
      release()
    }
  }
}

/**
 * Loads the service itself only here: that takes most of the start, and a signal may come in the meantime.
 * From `handOver` on the service deals with signals itself.
 */
async function start (flags: SettingFlags, { env, stdout }: World, handOver: () => void): Promise<number> {
  const { loadSettings } = await import('./load-settings.ts')
  const { config, warnings } = loadSettings(env, flags)
  if (!config.enabled) {
    writeLines(stdout, 'switched off by WS_ENABLED: no port is opened')
    return EXIT.success
  }
  const { closeOnSignals, startServer } = await import('../server.ts')
  const server = await startServer(config)
  handOver()
  closeOnSignals(server.app, config)
  for (const warning of warnings) server.app.log.warn(warning)
  writeLines(stdout, `listening on ${server.address}`)
  if (!config.production) {
    const { greeting } = await import('./greeting.ts')
    writeLines(stdout, ...await greeting(server, config))
  }
  return EXIT.success
}
