import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface SoakOptions {
  /** At least so long, ms. */
  readonly durationMs: number
  /** At least so many acked messages. */
  readonly messages: number
  readonly seed: number
  /** Messages a second. */
  readonly rate: number
  readonly nodes: number
  readonly clients: number
  readonly help: boolean
}

/** Shown by `--help` and after a mistake. */
export const USAGE = `Lets faults befall Redis, nodes and connections under traffic, round after round, and checks every delivery.

  npm run soak -- [faults] [--minutes M] [--messages N] [--seed S] [--rate R] [--nodes K] [--clients C]

  --minutes M    how long, at least (default: 20)
  --messages N   how many messages, at least (default: 0)
  --seed S       repeats the faults of an earlier run (default: by chance; it is printed)
  --rate R       messages a second (default: 400)
  --nodes K      how many nodes, joined by Redis; redis-server must be installed (default: 3)
  --clients C    how many clients, each in three of six rooms (default: 24)

Ends with exit code 1 when a message was lost, doubled, reordered or cannot be explained.
`

const MINUTE_MS = 60_000
const SEEDS = 2 ** 32

/** Reads the command line; throws a readable error for a wrong one. */
export function readOptions (args: string[]): SoakOptions {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '20' },
      messages: { type: 'string', default: '0' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * SEEDS)) },
      rate: { type: 'string', default: '400' },
      nodes: { type: 'string', default: '3' },
      clients: { type: 'string', default: '24' },
      help: { type: 'boolean', default: false }
    }
  })
  return {
    durationMs: readNumber('--minutes', values.minutes, [0, 10_000]) * MINUTE_MS,
    messages: readNumber('--messages', values.messages, [0, 1e9]),
    seed: readNumber('--seed', values.seed, [0, SEEDS - 1]),
    rate: readNumber('--rate', values.rate, [1, 100_000]),
    nodes: readNumber('--nodes', values.nodes, [1, 16]),
    clients: readNumber('--clients', values.clients, [2, 1_000]),
    help: values.help
  }
}

function readNumber (flag: string, text: string, [min, max]: readonly [number, number]): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!(value >= min && value <= max)) throw new Error(`${flag}: expected a number from ${min} to ${max}, got ${text}`)
  return value
}
