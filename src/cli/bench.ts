import { formatLoadReport, loadRanges, runLoad, type LoadReport } from '../../bench/load/load.ts'
import { explainFailure, problemsOf } from './bench-advice.ts'
import { readBench, type BenchRequest } from './bench-options.ts'
import { BenchProgress } from './bench-progress.ts'
import { onStopSignal } from './stop-signals.ts'
import { EXIT, notify, writeLines, type CliCommand, type World } from './world.ts'

const usage = `Usage: wshub bench --url URL (--secret SECRET | --token TOKEN) [flags]

Puts a load on a running service, to size the machine it runs on: connects, lets all join rooms and publish, checks that each
copy of each message arrives, once and in order, and reports rates and latencies. Whoever else uses the service feels it.

  --url URL         where to connect (default: ws://localhost:8080/ws)
  --secret SECRET   JWT_SECRET of the service: signs a token for each connection, each a user of its own (load-0,
                    load-1 ...); the variable JWT_SECRET, or the settings' file, keeps it out of the list of processes
  --token TOKEN     one token for all connections, which then are one user; the variable WSHUB_TOKEN does the same and
                    wins over JWT_SECRET
  --config FILE     YAML or JSON file with settings: JWT_SECRET, JWT_ISSUER ...; in place of WS_CONFIG_FILE
  --connections N   connections in all, ${span(loadRanges.connections)} (default: 100)
  --rooms N         rooms; each gets connections / rooms members, a whole number and at least 2 (default: 1)
  --room NAME       name of the room; of several rooms the beginning: NAME-00000, NAME-00001 ... (default: bench-
                    and a random ending, so that several loads at a time do not meet)
  --publishers N    members of each room that take turns in publishing (default: all, at most 1000)
  --rate N          messages per second, all rooms together, at even distances (default: 100)
  --window N        instead of a rate: so many messages under way at any time, the next as soon as one has reached everybody
  --bytes N         bytes of content in a message, ${span(loadRanges.contentBytes)} (default: 100)
  --seconds N       how long it measures, ${span(loadRanges.seconds)}, after as long a warm-up, of a second at most (default: 10)
  --pid PID         process of the service, where that is on this machine, a Linux: reports its CPU time and memory too

Settings of the service that a load from one address may meet. For the time of the run raise them there, or set them to 0 (no limit):

  WS_HANDSHAKE_RATE             handshakes of an address per minute (600): the most connections of a run
  WS_MESSAGE_RATE               messages of a connection per second (50; WS_MESSAGE_BURST 100 at once): a window soon exceeds it
  WS_MAX_CONNECTIONS            connections of a node (0)
  WS_MAX_CONNECTIONS_PER_IP     connections of an address (0)
  WS_MAX_CONNECTIONS_PER_USER   connections of a user (0): with --token all connections are one user
  WS_MAX_CONNECTIONS_PER_ROOM   connections in a room (0)

Exit codes: 0 when everything arrived; 1 when something was refused, lost or out of order, or the run could not be made;
2 for a bad flag, file or setting.`

/** `wshub bench`. */
export const command: CliCommand = {
  usage,
  async run (args, world) {
    const report = await load(readBench(args, world), world)
    writeLines(world.stdout, formatLoadReport(report))
    const problems = problemsOf(report)
    for (const problem of problems) notify(world, problem)
    return problems.length === 0 ? EXIT.success : EXIT.failure
  }
}

async function load ({ options, shown }: BenchRequest, world: World): Promise<LoadReport> {
  const progress = new BenchProgress(world)
  const stopping = new AbortController()
  const release = onStopSignal(() => stopping.abort(new Error('stopped before the end, there is nothing to report')))
  try {
    return await runLoad(options, progress.show, stopping.signal)
  } catch (error) {
    throw stopping.signal.aborted ? error : explainFailure(error, shown)
  } finally {
    release()
    progress.end()
  }
}

function span ([least, most]: readonly [number, number]): string {
  return `${least} to ${most}`
}
