import { startService, type Teardown, type TestService } from '../helper.ts'
import { whenReady } from '../support/nodes.ts'
import { WEBHOOK_SECRET, type Receiver } from './receiver.ts'

/** Whom nodes tell, and by way of which Redis they are one hub. */
export interface TellingOptions {
  readonly receiver: Receiver
  readonly url: string
  readonly count?: number
  readonly env?: Record<string, string>
}

/** No grace ends within a test, unless it says so. */
const LONG = '60s'
const QUICK = { redisTimings: { sweepMs: 20, probeMs: 50 }, webhookTimings: { pollMs: 20, retry: { minMs: 1, maxMs: 20 } } }

/** An answer after which so much time passes until the next attempt that something else can happen. */
export const LATER = { status: 503, headers: { 'retry-after': '1' } }

/** Starts one node, or two, that tell one receiver; they end with the test. */
export async function startTelling (t: Teardown, { receiver, url, env = {}, count = 2 }: TellingOptions): Promise<readonly [TestService, TestService]> {
  const settings = { REDIS_URL: url, WEBHOOK_URL: receiver.url, WEBHOOK_SECRET, WS_PRESENCE_GRACE: LONG, WS_HANDSHAKE_RATE: '0', ...env }
  const nodes: TestService[] = []
  while (nodes.length < count) nodes.push(await startService(t, settings, QUICK))
  await whenReady(nodes)
  const [one, two = one] = nodes
  if (one === undefined || two === undefined) throw new Error('expected a node')
  return [one, two]
}

/** How often each event was accepted, repetitions of the same one left out. */
export function tally (receiver: Receiver): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const line of receiver.told()) counts[line] = (counts[line] ?? 0) + 1
  return counts
}

/** Each of them once. */
export function onceEach (lines: readonly string[]): Record<string, number> {
  return Object.fromEntries(lines.map((line) => [line, 1]))
}
