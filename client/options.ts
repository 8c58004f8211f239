import type { Codec } from './codec.ts'
import { platformSocket, type SocketConstructor } from './environment.ts'

/** Gives a token that is valid now; called for every connection and when the old one is about to expire. */
export type TokenSource = () => string | Promise<string>

/** How a client connects and what it does with trouble. All durations in ms. */
export interface ConnectOptions {
  /** A token, or where to get one. A fixed one cannot be renewed: the hub closes when it has expired. Without it the client is a guest. */
  readonly token?: string | TokenSource | undefined
  /** Gets a one-time ticket (`POST /ws/ticket`) for each connection, where not even a subprotocol may carry the token. */
  readonly ticket?: TokenSource | undefined
  /** For Node before version 22: the class of the package `ws`. */
  readonly WebSocket?: SocketConstructor | undefined
  /** Closes the hub when it aborts. */
  readonly signal?: AbortSignal | undefined
  /** Failed attempts in a row after which the hub gives up; without end unless set. */
  readonly maxAttempts?: number | undefined
  /** Pauses between attempts are drawn from 0 to min(firstMs × 2ⁿ, mostMs): full jitter. */
  readonly backOff?: { readonly firstMs?: number | undefined, readonly mostMs?: number | undefined } | undefined
  /** Time for a connection to come about, its greeting included (10,000). */
  readonly connectTimeoutMs?: number | undefined
  /** Time for an answer (10,000): a service that does not answer the protocol's own requests for so long is left for a new connection. */
  readonly answerTimeoutMs?: number | undefined
  /** After so long without a frame the service is asked whether it is there (25,000). */
  readonly idleMs?: number | undefined
  /** What may wait for a connection: messages (1,000), bytes (4 MiB), and how long each (120,000; the service remembers ids for five minutes). */
  readonly queue?: { readonly messages?: number | undefined, readonly bytes?: number | undefined, readonly maxAgeMs?: number | undefined } | undefined
  /** How often deadlines are looked at (1,000). */
  readonly tickMs?: number | undefined
}

/** The options with all gaps filled, and the form in which things are said. */
export type Settings = ReturnType<typeof withDefaults> & { readonly codec: Codec }

/** The service keeps the ids of messages for five minutes: one repeated later could be delivered twice. */
const LONGEST_AGE_MS = 290_000

const DURATIONS = { connectTimeoutMs: 10_000, answerTimeoutMs: 10_000, idleMs: 25_000, tickMs: 1_000 }
const BACK_OFF = { firstMs: 1_000, mostMs: 30_000 }
const QUEUE = { messages: 1_000, bytes: 4 * 1024 * 1024, maxAgeMs: 120_000 }

/** Throws a `RangeError` for what cannot be, a `TypeError` on a platform without WebSocket. */
export function withDefaults ({ token, ticket, WebSocket = platformSocket(), maxAttempts = Infinity, ...options }: ConnectOptions) {
  const queue = { ...QUEUE, ...defined(options.queue) }
  const durations = { ...DURATIONS, ...BACK_OFF, ...defined(options), ...defined(options.backOff) }
  checkPositive({ ...durations, maxAttempts, ...queue })
  if (queue.maxAgeMs > LONGEST_AGE_MS) throw new RangeError(`maxAgeMs: expected at most ${LONGEST_AGE_MS}, got ${queue.maxAgeMs}`)
  return { token, ticket, WebSocket, maxAttempts, ...durations, queue }
}

function checkPositive (options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'number' && !(value > 0)) throw new RangeError(`${name}: expected a number above 0, got ${value}`)
  }
}

/** An option that is undefined is one that was not given. */
function defined<T extends object> (options: T | undefined): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}
