import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface ChurnOptions {
  /** Measured ones; those of the warm-up come before. */
  readonly cycles: number
  /** Share of the cycles that come before the first measurement. */
  readonly warmUp: number
  readonly seed: number
  /** Cycles at a time, half-open peers not counted. */
  readonly lanes: number
  /** How long topics are kept in Redis after their last use, s. */
  readonly keepS: number
  /** Time between two pings; a peer is dead after twice that, ms. */
  readonly pingMs: number
  readonly help: boolean
}

/** Shown by `--help` and after a mistake. */
export const CHURN_USAGE = `Lets clients come and go, in order and without, and looks at what the service still holds when all are gone.

  npm run soak -- churn [--cycles N] [--seed S] [--lanes L]

  --cycles N   how often somebody comes and goes, after a warm-up of a twentieth of that (default: 1000000)
  --seed S     repeats an earlier run (default: by chance; it is printed)
  --lanes L    how many come and go at a time, half-open peers not counted (default: 96)

Ends with exit code 1 when anything is left behind, or any client was not served as it should be.
`

const SEEDS = 2 ** 32
const WARM_UP = 0.05
/** Longer than two position checks, which are 8 s apart: what somebody still follows does not end. */
const KEEP_S = 20
const PING_MS = 1_000

/** Reads the command line; throws a readable error for a wrong one. */
export function readChurnOptions (args: string[]): ChurnOptions {
  const { values } = parseArgs({
    args,
    options: {
      cycles: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * SEEDS)) },
      lanes: { type: 'string', default: '96' },
      help: { type: 'boolean', default: false }
    }
  })
  return {
    cycles: readNumber('--cycles', values.cycles, [1, 1e9]),
    warmUp: WARM_UP,
    seed: readNumber('--seed', values.seed, [0, SEEDS - 1]),
    lanes: readNumber('--lanes', values.lanes, [1, 2_000]),
    keepS: KEEP_S,
    pingMs: PING_MS,
    help: values.help
  }
}

function readNumber (flag: string, text: string, [min, max]: readonly [number, number]): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!(value >= min && value <= max)) throw new Error(`${flag}: expected a number from ${min} to ${max}, got ${text}`)
  return value
}
