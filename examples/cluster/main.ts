import { EXIT, runProgram, say } from '../shared/program.ts'
import { invitation } from './invitation.ts'
import { readArguments, USAGE, type ClusterArguments } from './options.ts'
import { startCluster } from './start-cluster.ts'
import { stopRequest } from './stop-request.ts'

process.exitCode = await runProgram({ usage: USAGE, read: readArguments, run: runCluster }, process.argv.slice(2))

/** Runs until a signal asks to stop; a second one ends everything at once. */
async function runCluster (options: ClusterArguments): Promise<number> {
  const stopSignal = stopRequest(() => process.exit(EXIT.interrupted))
  say('starting …')
  const cluster = await startCluster({ ...options, say })
  for (const line of await invitation(cluster)) say(line)
  say(`${await stopSignal}: draining the instances …`)
  await cluster.stop()
  return EXIT.success
}
