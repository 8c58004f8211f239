import { parseDuration } from '../../../config/duration.ts'
import { parseFlags } from '../parse-flags.ts'
import { socketTarget } from '../socket-target.ts'
import { readToken } from '../token-argument.ts'
import { UsageError } from '../usage-error.ts'
import type { World } from '../world.ts'

/** What is to be examined, and how. */
export interface DoctorOptions {
  /** Address of the socket, without a token. */
  readonly href: string
  /** The address without anything secret. */
  readonly shown: string
  readonly token: string | undefined
  /** Longest wait for any single thing, ms. */
  readonly timeoutMs: number
  /** How long a connection is left silent, ms; not at all without it. */
  readonly idleMs: number | undefined
  readonly origin: string | undefined
  readonly json: boolean
}

const flags = {
  url: { type: 'string', default: 'ws://localhost:8080/ws' },
  token: { type: 'string' },
  origin: { type: 'string' },
  idle: { type: 'string' },
  timeout: { type: 'string', default: '5s' },
  json: { type: 'boolean', default: false }
} as const

const MIN_MS = 10
const MAX_TIMEOUT_MS = 60_000
const MAX_IDLE_MS = 86_400_000

/** Reads the command line; throws a `UsageError` for what cannot be examined. */
export function readOptions (args: readonly string[], world: World): DoctorOptions {
  const { url, token, origin, idle, timeout, json } = parseFlags(args, flags)
  const { shown, ...target } = socketTarget(url)
  const { href, queryToken } = withoutToken(target.href)
  return {
    href,
    shown,
    token: readToken(token ?? queryToken, world),
    timeoutMs: readTime('timeout', timeout, MAX_TIMEOUT_MS),
    idleMs: idle === undefined ? undefined : readTime('idle', idle, MAX_IDLE_MS),
    origin: origin === undefined ? undefined : readOrigin(origin),
    json
  }
}

/** A token in the address would go along with every handshake, also those that are to be without one. */
function withoutToken (href: string): { href: string, queryToken: string | undefined } {
  const url = new URL(href)
  const queryToken = url.searchParams.get('token') ?? undefined
  url.searchParams.delete('token')
  return { href: url.href, queryToken }
}

function readTime (flag: string, text: string, maxMs: number): number {
  const durationMs = parseDuration(text)
  if (durationMs !== undefined && durationMs >= MIN_MS && durationMs <= maxMs) return durationMs
  throw new UsageError(`--${flag}: expected a time from ${MIN_MS}ms to ${Math.floor(maxMs / 1000)}s, such as 500ms, 5s or 70s, got ${text}`)
}

/** Pages of packaged applications have schemes of their own: `capacitor://localhost`. */
function readOrigin (text: string): string {
  const [, origin] = /^([a-z][a-z\d+.-]*:\/\/[^\s/?#@]+)\/?$/i.exec(text) ?? []
  if (origin === undefined) throw new UsageError('--origin: expected the origin of a web page, such as https://app.example.org')
  return origin
}
