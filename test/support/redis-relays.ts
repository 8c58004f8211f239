import { randomUUID } from 'node:crypto'
import { closeClient, openCommands } from '../../src/relay/redis/connect.ts'
import type { KeepOf } from '../../src/relay/history.ts'
import { openRedisRelay } from '../../src/relay/redis/open-relay.ts'
import type { PublishResult } from '../../src/relay/relay-message.ts'
import type { RedisRelay } from '../../src/relay/redis/redis-relay.ts'
import { parseRedisUrl } from '../../src/relay/redis/redis-url.ts'
import type { RedisTimings } from '../../src/relay/redis/timings.ts'
import { until, type Teardown } from '../helper.ts'
import type { BuildRelay } from '../contracts/relay-node.ts'
import { recordLogs, type LoggedLine } from './log-recorder.ts'

/** What a test wants different from the service. */
export interface TestRelayOptions {
  readonly nodeId?: string
  readonly prefix?: string
  readonly presenceGraceMs?: number
  readonly timings?: Partial<RedisTimings>
  readonly onRevived?: () => void
  readonly keepOf?: KeepOf
  readonly positionTtlMs?: number
  /** False for a relay whose server is not there. */
  readonly awaitReady?: boolean
}

/** A relay, and what it wrote to the log. */
export interface TestRelay {
  readonly relay: RedisRelay
  readonly lines: LoggedLine[]
}

/** A sweep so short that nothing has to be waited for. */
const QUICK: Partial<RedisTimings> = { sweepMs: 20, probeMs: 50 }

/** Opens a relay by way of a Redis that is there; it ends with the test. */
export async function openTestRelay (t: Teardown, url: string, options: TestRelayOptions = {}): Promise<TestRelay> {
  const { nodeId = randomUUID(), prefix = 'test', presenceGraceMs = 0, timings, onRevived = () => {}, awaitReady = true, keepOf, positionTtlMs } = options
  const parsed = parseRedisUrl(url)
  if ('expected' in parsed) throw new Error(parsed.expected)
  const commands = openCommands(parsed.target)
  commands.on('error', () => {})
  const { logger, lines } = recordLogs()
  const relay = openRedisRelay({
    target: parsed.target,
    commands,
    nodeId,
    prefix,
    presenceGraceMs,
    timings: { ...QUICK, ...timings },
    connections: () => 0,
    onRevived,
    logger,
    ...(keepOf !== undefined && { keepOf }),
    ...(positionTtlMs !== undefined && { positionTtlMs })
  })
  t.teardown(async () => {
    await relay.close()
    closeClient(commands)
  })
  if (awaitReady) await until(() => relay.status().ready)
  return { relay, lines }
}

/** A message of no interest. */
export const news = { type: 'news', payload: 'x', timestamp: '2026-01-01T00:00:00.000Z' }

/** A relay with the topic `room:a`, what it is handed, and a way to publish there. */
export async function startInRoom (t: Teardown, { url }: { readonly url: string }, options: TestRelayOptions = {}) {
  const { relay, lines } = await openTestRelay(t, url, options)
  const received: unknown[] = []
  relay.onMessage(({ event }) => received.push(event.id))
  relay.subscribe('room:a')
  await relay.subscribed(['room:a'])
  const publish = async (id: string = randomUUID()): Promise<PublishResult> => (
    await relay.publish({ topics: ['room:a'], event: { ...news, id }, publisher: 'ada' })
  )
  return { relay, lines, received, publish }
}

/** Builds two nodes on one Redis for the contract suites; each test has names of its own. */
export function nodesOn (url: string, timings: Partial<RedisTimings> = {}): BuildRelay {
  return async (t, options = {}) => {
    const prefix = randomUUID()
    const { relay } = await openTestRelay(t, url, { prefix, timings, ...options })
    const { relay: second } = await openTestRelay(t, url, { prefix, timings, ...options })
    return { relay, second }
  }
}
