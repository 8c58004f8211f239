import { parseArgs } from 'node:util'
import type { BalancerKind } from './balancer.ts'

const MAX_NODES = 32
const MAX_PORT = 65_535
const DEFAULT_PORT = 8_080
const DEFAULT_NODES = 3

/** What the command line asks for. */
export interface ClusterArguments {
  readonly nodes: number
  readonly port: number
  /** Undefined: whichever there is. */
  readonly balancer: BalancerKind | undefined
  readonly redisUrl: string | undefined
  readonly help: boolean
}

/** Shown by `--help` and after a mistake. */
export const USAGE = `Runs several instances of the service behind a balancer, joined by Redis, until it is interrupted.

  npm run cluster -- [--nodes N] [--port P] [--balancer haproxy|own] [--redis URL]

  --nodes N              how many instances (default: ${DEFAULT_NODES})
  --port P               the balancer's port, 0 for a free one (default: ${DEFAULT_PORT})
  --balancer haproxy|own HAProxy with the configuration of deploy/, or a small one of this program (default: HAProxy
                         where it is installed)
  --redis URL            use this Redis instead of starting one
`

/** Reads the command line; throws a readable error for a wrong one. */
export function readArguments (args: string[]): ClusterArguments {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: 'string', default: String(DEFAULT_NODES) },
      port: { type: 'string', default: String(DEFAULT_PORT) },
      balancer: { type: 'string' },
      redis: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  return {
    nodes: readNodes(values.nodes),
    port: readInteger('--port', values.port, 0, MAX_PORT),
    balancer: readBalancer(values.balancer),
    redisUrl: readRedis(values.redis),
    help: values.help
  }
}

/** Reads a number of instances; throws a readable error for anything else. */
export function readNodes (text: string): number {
  return readInteger('--nodes', text, 1, MAX_NODES)
}

function readInteger (flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN
  if (!(value >= min && value <= max)) throw new Error(`${flag}: expected a number from ${min} to ${max}, got ${text}`)
  return value
}

function readBalancer (text: string | undefined): BalancerKind | undefined {
  if (text === undefined || text === 'haproxy' || text === 'own') return text
  throw new Error(`--balancer: expected haproxy or own, got ${text}`)
}

/** The address is not repeated in the complaint: it may hold a password. */
function readRedis (text: string | undefined): string | undefined {
  if (text === undefined || /^redis(?:s|\+sentinel)?:\/\/./.test(text)) return text
  throw new Error('--redis: expected an address that begins with redis://')
}
