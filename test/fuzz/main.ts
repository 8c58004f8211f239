import { stopRequest } from '../../examples/cluster/stop-request.ts'
import { fuzz } from './fuzz.ts'
import { readOptions, USAGE, type FuzzOptions } from './options.ts'
import { formatTable } from './table.ts'

const EXIT = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const
const say = (line: string): void => { process.stdout.write(`${line}\n`) }

const options = optionsOf(process.argv.slice(2))
if (options.help) say(USAGE)
else await main(options)

/** A signal ends the run early, with its table; a second one ends all at once. */
async function main (options: FuzzOptions): Promise<void> {
  say(`seed ${options.seed}`)
  const result = await fuzz(options, { say, stopped: stopRequest(() => process.exit(EXIT.interrupted)) })
  say(formatTable(result))
  process.exit(result.findings.length === 0 ? EXIT.success : EXIT.failure)
}

function optionsOf (args: string[]): FuzzOptions {
  try {
    return readOptions(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(EXIT.usage)
  }
}
