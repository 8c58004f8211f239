import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from '../../examples/replay/project-root.ts'

/** What the command line asks for. */
export interface ClientBenchOptions {
  readonly rounds: number
  /** To be received in each measurement; a tenth of them is sent. */
  readonly messages: number
  /** Where results.md is. */
  readonly outFolder: string
  readonly help: boolean
}

/** Shown by `--help` and after a mistake. */
export const USAGE = `Measures the client library in Chromium beside others and writes the section \`client\` of bench/results.md.

  npm run bench:client -- [--rounds N] [--messages N] [--out FOLDER]

  --rounds N      how often each library is measured, in turn; the median counts (default: 3)
  --messages N    how many messages each receives in a round; it sends a tenth of them (default: 200000)
  --out FOLDER    where results.md is (default: bench)

Needs /usr/bin/chromium. Let the machine do nothing else meanwhile.
`

const LEAST_MESSAGES = 100
const MOST_MESSAGES = 1_000_000
const MOST_ROUNDS = 100

/** Reads the command line; throws a readable error for a wrong one. */
export function readOptions (args: string[]): ClientBenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '3' },
      messages: { type: 'string', default: '200000' },
      out: { type: 'string', default: join(projectRoot, 'bench') },
      help: { type: 'boolean', default: false }
    }
  })
  return {
    rounds: whole('--rounds', values.rounds, 1, MOST_ROUNDS),
    messages: whole('--messages', values.messages, LEAST_MESSAGES, MOST_MESSAGES),
    outFolder: values.out,
    help: values.help
  }
}

function whole (flag: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < min || value > max) throw new Error(`${flag}: expected a whole number from ${min} to ${max}, got ${text}`)
  return value
}
