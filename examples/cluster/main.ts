import { invitation } from './invitation.ts'
import { readArguments, USAGE, type ClusterArguments } from './options.ts'
import { startCluster, type RunningCluster } from './start-cluster.ts'
import { stopRequest } from './stop-request.ts'

const EXIT = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const

process.exitCode = await main(process.argv.slice(2))

async function main (args: string[]): Promise<number> {
  try {
    const options = readArguments(args)
    if (!options.help) return await runCluster(options)
    process.stdout.write(USAGE)
    return EXIT.success
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`)
    return EXIT.usage
  }
}

/** Runs until a signal asks to stop; a second one ends everything at once. */
async function runCluster (options: ClusterArguments): Promise<number> {
  const stopSignal = stopRequest(() => process.exit(EXIT.interrupted))
  say('starting …')
  let cluster: RunningCluster
  try {
    cluster = await startCluster({ ...options, say })
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return EXIT.failure
  }
  for (const line of await invitation(cluster)) say(line)
  say(`${await stopSignal}: draining the instances …`)
  await cluster.stop()
  return EXIT.success
}

function say (line: string): void {
  process.stdout.write(`${line}\n`)
}

function messageOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
