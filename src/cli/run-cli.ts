import { ConfigError } from '../../config/config-error.ts'
import { nearestName } from '../../config/nearest-name.ts'
import { redactUrl } from '../../config/redact.ts'
import { commands, isCommandName, type CommandName } from './commands.ts'
import { errorText } from './error-text.ts'
import { printable } from './printable.ts'
import { UsageError } from './usage-error.ts'
import { packageVersion } from './version.ts'
import { EXIT, notify, writeLines, type World } from './world.ts'

/** Runs what the command line asks for and resolves to the exit code; complaints go to standard error. */
export async function runCli (args: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(args, world)
  } catch (error) {
    notify(world, errorText(error))
    return error instanceof UsageError || error instanceof ConfigError ? EXIT.usage : EXIT.failure
  }
}

async function dispatch ([name, ...args]: readonly string[], world: World): Promise<number> {
  if (name === undefined) throw new UsageError('expected a command; see wshub --help')
  if (name === '--version' || name === '-v') return print(world, packageVersion())
  if (isHelp(name)) return await help(args[0], world)
  const command = commandNamed(name)
  if (args.some(isHelpFlag)) return await help(command, world)
  return await runCommand(command, args, world)
}

async function runCommand (name: CommandName, args: readonly string[], world: World): Promise<number> {
  const { command } = await commands[name].load()
  try {
    return await command.run(args, world)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(`${error.message}; see wshub ${name} --help`, { cause: error })
  }
}

async function help (name: string | undefined, world: World): Promise<number> {
  if (name !== undefined && !isHelp(name)) return print(world, (await commands[commandNamed(name)].load()).command.usage)
  const { overview } = await import('./overview.ts')
  return print(world, overview())
}

function print ({ stdout }: World, text: string): number {
  writeLines(stdout, text)
  return EXIT.success
}

function commandNamed (name: string): CommandName {
  if (isCommandName(name)) return name
  const nearest = nearestName(name, Object.keys(commands))
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`
  throw new UsageError(`unknown ${name.startsWith('-') ? 'flag' : 'command'} ${redactUrl(printable(name))}${hint}; see wshub --help`)
}

function isHelp (name: string): boolean {
  return name === 'help' || isHelpFlag(name)
}

function isHelpFlag (argument: string): boolean {
  return argument === '--help' || argument === '-h'
}
