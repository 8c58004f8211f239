import { randomUUID } from 'node:crypto'
import { closeClient, openCommands } from '../../src/relay/redis/connect.ts'
import { openRedisRelay } from '../../src/relay/redis/open-relay.ts'
import type { RedisRelay } from '../../src/relay/redis/redis-relay.ts'
import { parseRedisUrl } from '../../src/relay/redis/redis-url.ts'
import type { RedisTimings } from '../../src/relay/redis/timings.ts'
import { until, type Teardown } from '../helper.ts'
import { recordLogs, type LoggedLine } from './log-recorder.ts'

/** What a test wants different from the service. */
export interface TestRelayOptions {
  readonly nodeId?: string
  readonly prefix?: string
  readonly presenceGraceMs?: number
  readonly timings?: Partial<RedisTimings>
  readonly onRevived?: () => void
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
  const { nodeId = randomUUID(), prefix = 'test', presenceGraceMs = 0, timings, onRevived = () => {}, awaitReady = true } = options
  const parsed = parseRedisUrl(url)
  if ('expected' in parsed) throw new Error(parsed.expected)
  const commands = openCommands(parsed.target)
  commands.on('error', () => {})
  const { logger, lines } = recordLogs()
  const relay = openRedisRelay({
    target: parsed.target, commands, nodeId, prefix, presenceGraceMs, timings: { ...QUICK, ...timings }, connections: () => 0, onRevived, logger
  })
  t.teardown(async () => {
    await relay.close()
    closeClient(commands)
  })
  if (awaitReady) await until(() => relay.status().ready)
  return { relay, lines }
}
