import { stopRequest } from '../../examples/cluster/stop-request.ts'
import { readOptions, USAGE, type SoakOptions } from './soak-options.ts'
import { soak } from './soak.ts'
import { formatTable, isSuccess } from './soak-table.ts'

const EXIT = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const
const say = (line: string): void => { process.stdout.write(`${line}\n`) }

const options = optionsOf(process.argv.slice(2))
if (options.help) say(USAGE)
else await main(options)

/** A signal ends the run early, with its table; a second one ends all at once. */
async function main (options: SoakOptions): Promise<void> {
  say(`seed ${options.seed}`)
  const stopped = stopRequest(() => process.exit(EXIT.interrupted))
  const result = await soak(options, { say, stopped })
  say(formatTable(result))
  process.exit(isSuccess(result) ? EXIT.success : EXIT.failure)
}

function optionsOf (args: string[]): SoakOptions {
  try {
    return readOptions(args)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(EXIT.usage)
  }
}
