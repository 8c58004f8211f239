import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../examples/replay/project-root.ts'
import { environmentOf } from '../environment.ts'
import { installPeers } from '../install-peers.ts'
import { sectionsOf, updateResults } from '../results-file.ts'
import { contenders } from './contenders.ts'
import { readOptions, USAGE, type ClientBenchOptions } from './options.ts'
import { runClientBench } from './run.ts'
import { formatClientSection } from './section.ts'
import { measureSizes, versionOf } from './sizes.ts'

const EXIT = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const
const COMPARED = ['socket.io-client', 'centrifuge'] as const

// Servers are ended with this process, also by a signal.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(EXIT.interrupted))
process.exitCode = await main(process.argv.slice(2))

async function main (args: string[]): Promise<number> {
  let options: ClientBenchOptions
  try {
    options = readOptions(args)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`)
    return EXIT.usage
  }
  if (options.help) {
    process.stdout.write(USAGE)
    return EXIT.success
  }
  try {
    installPeers(join(projectRoot, 'bench'))
    await measureAll(options, args)
    return EXIT.success
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return EXIT.failure
  }
}

async function measureAll ({ rounds, messages, outFolder }: ClientBenchOptions, args: string[]): Promise<void> {
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
}

function readIfThere (path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function messageOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
