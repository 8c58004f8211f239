import type { Logger } from './logger.ts'

/** A version in use that is older than what it should be. */
export interface Shortfall {
  readonly product: string
  readonly version: string
  /** The lowest version that has the fixes. */
  readonly floor: string
  readonly reason: string
}

interface Floors {
  readonly product: string
  /** So many numbers at the beginning of a version name its line, which has fixes of its own. */
  readonly lineLength: number
  /** One for each line that still gets fixes, upwards. */
  readonly lowest: readonly string[]
  /** What is fixed there and concerns a hub. */
  readonly holes: string
}

const NODE: Floors = { product: 'Node.js', lineLength: 1, lowest: ['22.22.2', '24.14.1'], holes: 'CVE-2026-21710, CVE-2026-21717, CVE-2026-21637' }
const REDIS: Floors = { product: 'Redis', lineLength: 2, lowest: ['8.2.9', '8.4.6', '8.6.6', '8.8.2', '8.10.1'], holes: 'CVE-2026-81934, CVE-2025-49844' }
const NATS: Floors = { product: 'NATS', lineLength: 2, lowest: ['2.11.15', '2.12.6'], holes: 'CVE-2026-27571, CVE-2026-33219' }

const NO_FIXES = 'this line gets no fixes any more'
/** What others that speak its protocol tell of themselves; they have versions, and holes, of their own. */
const NOT_REDIS = /^(?:server_name:(?!redis\r?$)|(?:valkey|dragonfly|keydb|garnet|kvrocks)_version:)/im

/** Says what a version of Node.js lacks; undefined for what lacks nothing, or is newer than what is known here. */
export function nodeShortfall (version: string): Shortfall | undefined {
  return shortfallOf(version, NODE)
}

/** The same for a Redis server, of what it answers to `INFO server`. Undefined for what is no Redis, or does not say. */
export function redisShortfall (info: string): Shortfall | undefined {
  const [, version = ''] = /^redis_version:(\S+)/m.exec(info) ?? []
  return NOT_REDIS.test(info) ? undefined : shortfallOf(version, REDIS)
}

/** The same for a NATS server. */
export function natsShortfall (version: string): Shortfall | undefined {
  return shortfallOf(version, NATS)
}

/** Warns of a shortfall, if there is one: nobody's service ends by an update that is due. */
export function warnOfShortfall (logger: Pick<Logger, 'warn'>, shortfall: Shortfall | undefined): void {
  if (shortfall === undefined) return
  const { product, version, floor, reason } = shortfall
  logger.warn(shortfall, `${product} ${version} is older than ${floor}: ${reason}`)
}

function shortfallOf (version: string, { product, lineLength, lowest, holes }: Floors): Shortfall | undefined {
  const numbers = numbersOf(version)
  if (numbers === undefined) return undefined
  const lineOf = (text: string): string => text.split('.').slice(0, lineLength).join('.')
  const line = numbers.slice(0, lineLength).join('.')
  const own = lowest.find((floor) => lineOf(floor) === line)
  const floor = own ?? lowest.find((candidate) => isBelow(numbers, numbersOf(candidate) ?? []))
  if (floor === undefined || !isBelow(numbers, numbersOf(floor) ?? [])) return undefined
  return { product, version, floor, reason: own === undefined ? NO_FIXES : holes }
}

/** The three numbers of a version; what stands behind them does not count. */
function numbersOf (version: string): number[] | undefined {
  return /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number)
}

function isBelow (numbers: readonly number[], others: readonly number[]): boolean {
  const place = numbers.findIndex((number, index) => number !== others[index])
  return place !== -1 && (numbers[place] ?? 0) < (others[place] ?? 0)
}
