import { parseArgs } from 'node:util'
import { parseDuration } from '../../config/duration.ts'
import { dialects } from '../../src/protocol/dialects/index.ts'

/** What is fuzzed: frames of open connections, handshakes, and requests over HTTP. */
export const KINDS = ['frames', 'handshakes', 'bodies'] as const
/** One of {@link KINDS}. */
export type Kind = typeof KINDS[number]

/** A single connection of a run: the `number`th of one of its lanes. */
export interface Case {
  readonly kind: Kind
  readonly lane: number
  readonly number: number
}

/** What the command line asks for. */
export interface FuzzOptions {
  /** At least so long, ms. */
  readonly durationMs: number
  /** At least so many of each kind. */
  readonly goals: Readonly<Record<Kind, number>>
  readonly seed: number
  /** The only dialect to be spoken; all of them when undefined. */
  readonly dialect: string | undefined
  /** The only connection to be made, of a run with the same seed. */
  readonly only: Case | undefined
  readonly help: boolean
}

/** Shown by `--help` and after a mistake. */
export const USAGE = `Sends a service what no client should: broken and hostile frames, envelopes, handshakes and REST requests, made from sound ones.

  npm run fuzz -- [--for T] [--frames N] [--handshakes N] [--bodies N] [--seed S] [--dialect D] [--only KIND/LANE/NUMBER]

  --for T         how long, at least (default: 1m)
  --frames N      how many WebSocket frames, at least (default: 0)
  --handshakes N  how many handshakes, at least (default: 0)
  --bodies N      how many REST requests, at least (default: 0)
  --seed S        repeats the inputs of an earlier run (default: by chance; it is printed)
  --dialect D     speaks this dialect only
  --only CASE     makes one connection only, as a finding names it; needs the seed of its run

Each kind goes on until the time is over and its number is reached. Ends with exit code 1 when the service crashed, left somebody without an
answer, reported a fault of its own, let somebody in or told somebody what it must not, or kept a descriptor or memory.
`

const SEEDS = 2 ** 32

/**
 * Reads the command line.
 * @throws {Error} with a readable text for a wrong one
 */
export function readOptions (args: string[]): FuzzOptions {
  const { values } = parseArgs({
    args,
    options: {
      for: { type: 'string', default: '1m' },
      frames: { type: 'string', default: '0' },
      handshakes: { type: 'string', default: '0' },
      bodies: { type: 'string', default: '0' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * SEEDS)) },
      dialect: { type: 'string' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  return {
    durationMs: readDuration(values.for),
    goals: { frames: readNumber('--frames', values.frames), handshakes: readNumber('--handshakes', values.handshakes), bodies: readNumber('--bodies', values.bodies) },
    seed: readNumber('--seed', values.seed, SEEDS - 1),
    dialect: readDialect(values.dialect),
    only: readCase(values.only),
    help: values.help
  }
}

/** A case as findings name it. */
export function caseName ({ kind, lane, number }: Case): string {
  return `${kind}/${lane}/${number}`
}

function readDuration (text: string): number {
  const ms = text === '0' ? 0 : parseDuration(text)
  if (ms === undefined) throw new Error(`--for: expected a duration such as 10m, got ${text}`)
  return ms
}

function readNumber (flag: string, text: string, max = 1e9): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!(value <= max)) throw new Error(`${flag}: expected a number from 0 to ${max}, got ${text}`)
  return value
}

function readDialect (name: string | undefined): string | undefined {
  if (name !== undefined && !dialects.has(name)) throw new Error(`--dialect: expected one of ${[...dialects.keys()].join(', ')}, got ${name}`)
  return name
}

function readCase (text: string | undefined): Case | undefined {
  if (text === undefined) return undefined
  const [, name, lane, number] = /^(\w+)\/(\d+)\/(\d+)$/.exec(text) ?? []
  const kind = KINDS.find((kind) => kind === name)
  if (kind === undefined) throw new Error(`--only: expected a case such as frames/3/17, got ${text}`)
  return { kind, lane: Number(lane), number: Number(number) }
}
