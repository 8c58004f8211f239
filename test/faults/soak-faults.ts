import { stopRequest } from '../../examples/cluster/stop-request.ts'
import { readOptions, USAGE } from './soak-options.ts'
import { soak } from './soak.ts'
import { formatTable, isSuccess } from './soak-table.ts'

const EXIT = { success: 0, failure: 1, interrupted: 130 } as const
const say = (line: string): void => { process.stdout.write(`${line}\n`) }

/** `npm run soak -- faults`: resolves to the exit code. A signal ends the run early, with its table; a second one ends all at once. Throws for a wrong command line. */
export async function faults (args: string[]): Promise<number> {
  const options = readOptions(args)
  if (options.help) {
    say(USAGE)
    return EXIT.success
  }
  say(`seed ${options.seed}`)
  const stopped = stopRequest(() => process.exit(EXIT.interrupted))
  const result = await soak(options, { say, stopped })
  say(formatTable(result))
  return isSuccess(result) ? EXIT.success : EXIT.failure
}
