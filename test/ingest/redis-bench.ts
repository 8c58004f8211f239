import { Redis } from 'ioredis'
import type { Test } from 'tap'
import type { RedisIngestTimings } from '../../src/ingest/redis/redis-ingest-timings.ts'
import { RedisStreamSource, type RedisStreamSourceOptions } from '../../src/ingest/redis/redis-stream-source.ts'
import { parseRedisUrl } from '../../src/relay/redis/redis-url.ts'
import type { IngestBench, PublishedEvent } from '../contracts/ingest-contract.ts'
import type { Teardown } from '../helper.ts'
import { recordLogs, type LoggedLine } from '../support/log-recorder.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'

/** Times short enough to wait for in a test. */
export const shortRedisTimings = {
  ackWaitMs: 1_000,
  maxPending: 20,
  batch: 8,
  blockMs: 100,
  answerLimitMs: 500,
  reconnect: { minMs: 20, maxMs: 100 },
  stopMs: 500
} satisfies RedisIngestTimings

/** What a Redis that loses nothing when it is killed is started with. */
export const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'] as const

/** Makes a source that is not started; stopped with the test. */
export function openRedisSource (t: Teardown, { url }: Pick<RedisServer, 'url'>, options: Partial<RedisStreamSourceOptions> = {}): { source: RedisStreamSource, lines: LoggedLine[] } {
  const parsed = parseRedisUrl(url)
  if ('expected' in parsed) throw new Error(parsed.expected)
  const { logger, lines } = recordLogs()
  const source = new RedisStreamSource({ target: parsed.target, stream: 'events', group: 'wshub', logger, ...options, timings: { ...shortRedisTimings, ...options.timings } })
  t.teardown(() => source.stop())
  return { source, lines }
}

/** Adds entries in order. */
export async function addEvents ({ port }: Pick<RedisServer, 'port'>, events: readonly PublishedEvent[], stream = 'events'): Promise<void> {
  const client = new Redis({ host: '127.0.0.1', port })
  try {
    await Promise.all(events.map(({ subject, body, id }) => client.xadd(stream, '*', 'subject', subject, 'body', body, ...id === undefined ? [] : ['id', id])))
  } finally {
    client.disconnect()
  }
}

/** True when the group has been handed everything and has given its verdict on it. */
export async function isGroupSettled ({ port }: Pick<RedisServer, 'port'>, stream = 'events'): Promise<boolean> {
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => null })
  client.on('error', () => {})
  try {
    const [group] = await client.call('XINFO', 'GROUPS', stream) as string[][]
    const fact = (name: string) => group?.[group.indexOf(name) + 1]
    return Number(fact('pending')) === 0 && Number(fact('lag')) === 0
  } catch {
    return false
  } finally {
    client.disconnect()
  }
}

/** A Redis for the contract. */
export async function redisBench (t: Test): Promise<IngestBench> {
  const redis = await startRedis(t, { args: DURABLE })
  return {
    open: () => openRedisSource(t, redis).source,
    publish: async (...events) => { await addEvents(redis, events) },
    isSettled: () => isGroupSettled(redis),
    kill: () => redis.kill(),
    restart: async () => {
      await redis.kill()
      await redis.restart()
    },
    againAfterMs: shortRedisTimings.ackWaitMs,
    maxPending: shortRedisTimings.maxPending
  }
}
