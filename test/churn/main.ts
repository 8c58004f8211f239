import { stopRequest } from '../../examples/cluster/stop-request.ts'
import { runChurn } from './churn.ts'
import { CHURN_USAGE, readChurnOptions } from './options.ts'
import { formatChurn, missedGoals } from './verdict.ts'

const EXIT = { success: 0, failure: 1, interrupted: 130 } as const
const say = (line: string): void => { process.stdout.write(`${line}\n`) }

/** `npm run soak -- churn`; resolves to the exit code. Throws for a wrong command line. */
export async function churn (args: string[]): Promise<number> {
  const options = readChurnOptions(args)
  if (options.help) {
    say(CHURN_USAGE)
    return EXIT.success
  }
  say(`seed ${options.seed}`)
  const stopped = stopRequest(() => process.exit(EXIT.interrupted))
  const result = await runChurn(options, { say, stopped })
  say(formatChurn(result))
  return missedGoals(result).length === 0 ? EXIT.success : EXIT.failure
}
