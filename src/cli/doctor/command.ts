import { onStopSignal } from '../stop-signals.ts'
import { EXIT, writeLines, type CliCommand, type World } from '../world.ts'
import { checks } from './checks/index.ts'
import { examine, type NamedFinding } from './examine.ts'
import { readOptions, type DoctorOptions } from './options.ts'
import { formatFinding, formatJson, formatSummary, worstOf } from './report.ts'
import { Visit } from './visit.ts'

const usage = `Usage: wshub doctor --url URL [--token TOKEN] [flags]

Examines a running deployment from outside, as a client behind its proxies sees it: address, TLS, health, handshake, token, first
frame, round trips, deliveries, nodes, resuming, close codes. Says of each what was measured, and where something is wrong, the
likely cause and what to do. Some fifteen connections of one user, in rooms with random names that nobody else is in; what was
said there is kept as long as the history of any room. Take a token of a user of its own where users may have few connections.

  --url URL         where to connect (default: ws://localhost:8080/ws)
  --token TOKEN     never shown; the variable WSHUB_TOKEN keeps it out of the list of processes
  --origin ORIGIN   also: may a page of this origin connect, such as https://app.example.org?
  --idle TIME       also: does a connection that is silent for so long stay, such as 70s? A proxy often cuts it after 60 s
  --timeout TIME    longest wait for any single thing, 10ms to 60s (default: 5s)
  --json            one JSON document instead of lines: {url, status, counts, checks: [{check, status, value, advice?, data?}]}

Exit codes: 0 when nothing failed, warnings or not; 1 when a check failed, or it was stopped before the end; 2 for a bad flag.`

/** What is shorter is part of ordinary words, and no token. */
const MIN_SECRET_LENGTH = 8

/** `wshub doctor`. */
export const command: CliCommand = {
  usage,
  async run (args, world) {
    const options = readOptions(args, world)
    const write = writer(options, world)
    if (!options.json) write(`${options.shown}`, '')
    const given = new Set<string>()
    const findings = await follow(options, (finding) => {
      if (!options.json) write(...formatFinding(finding, given))
      if (finding.advice !== undefined) given.add(finding.advice)
    })
    if (options.json) write(formatJson(options.shown, findings))
    else write('', formatSummary(findings))
    return worstOf(findings) === 'failed' ? EXIT.failure : EXIT.success
  }
}

async function follow (options: DoctorOptions, onFinding: (finding: NamedFinding) => void): Promise<NamedFinding[]> {
  const stopping = new AbortController()
  const release = onStopSignal(() => stopping.abort(new Error('stopped before the end')))
  try {
    return await examine(new Visit(options), checks, { onFinding, signal: stopping.signal })
  } finally {
    release()
  }
}

/** Writes lines; whatever others answered, the token is not in them. */
function writer ({ token = '' }: DoctorOptions, { stdout }: World): (...lines: string[]) => void {
  return (...lines) => writeLines(stdout, ...lines.map((line) => token.length < MIN_SECRET_LENGTH ? line : line.replaceAll(token, '***')))
}
