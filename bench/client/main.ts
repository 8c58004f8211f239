import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../examples/replay/project-root.ts'
import { endOnSignals, EXIT, runProgram } from '../../examples/shared/program.ts'
import { environmentOf } from '../environment.ts'
import { installPeers } from '../install-peers.ts'
import { readIfThere, sectionsOf, updateResults } from '../results-file.ts'
import { contenders } from './contenders.ts'
import { readOptions, USAGE, type ClientBenchOptions } from './options.ts'
import { runClientBench } from './run.ts'
import { formatClientSection } from './section.ts'
import { measureSizes, versionOf } from './sizes.ts'

const COMPARED = ['socket.io-client', 'centrifuge'] as const

// Servers are ended with this process, also by a signal.
endOnSignals()
const args = process.argv.slice(2)
process.exitCode = await runProgram({ usage: USAGE, read: readOptions, run: measureAll }, args)

async function measureAll ({ rounds, messages, outFolder }: ClientBenchOptions): Promise<number> {
  installPeers(join(projectRoot, 'bench'))
  const environment = environmentOf(args, 'npm run bench:client')
  const sizes = await measureSizes()
  const onProgress = (line: string): void => { process.stderr.write(`${line}\n`) }
  const run = await runClientBench({ contenders: Object.values(contenders), rounds, messages, onProgress })
  const versions = Object.fromEntries(COMPARED.map((name) => [name, versionOf(name)]))
  const section = formatClientSection({ ...run, environment, rounds, messages, sizes, versions })
  process.stdout.write(`${section}\n`)
  const path = join(outFolder, 'results.md')
  const text = readIfThere(path)
  writeFileSync(path, updateResults(text, new Map([['client', section]]), sectionsOf(text)))
  return EXIT.success
}
