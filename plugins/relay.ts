import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { KeepOf } from '../src/relay/history.ts'
import { DEFAULT_POSITION_TTL_MS, defaultHistory, keepOfRules, type HistorySettings } from '../src/relay/history-rules.ts'
import { MemoryRelay } from '../src/relay/memory-relay.ts'
import type { Relay } from '../src/relay/relay.ts'
import { RelayFacade } from '../src/relay/relay-facade.ts'
import { isClientLike, openCommands, type ClientLike, type RedisPlace } from '../src/relay/redis/connect.ts'
import { openRedisRelay } from '../src/relay/redis/open-relay.ts'
import { parseRedisUrl } from '../src/relay/redis/redis-url.ts'
import type { RedisRelay } from '../src/relay/redis/redis-relay.ts'
import type { SharedCounter } from '../src/relay/redis/shared-counter.ts'
import type { RedisTimings } from '../src/relay/redis/timings.ts'
import redis from './redis.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The way between nodes: `publish(topic, event)` and `status()`. */
    relay: RelayFacade
    /** Counts requests over all nodes; undefined where there is one only. */
    sharedCounter: SharedCounter | undefined
  }
}

/** By way of Redis: with it, any number of nodes are one hub. Either `url` or `client` must be given. */
export interface RedisOptions {
  /** As the setting REDIS_URL. */
  readonly url?: string
  /**
   * An ioredis client of the application's, for one server, Sentinels or a cluster. The hub opens connections of its own to where it
   * goes, with its credentials and its TLS; the client itself is not used, and never closed.
   */
  readonly client?: ClientLike
  /** Beginning of all names in Redis; nodes with the same one are one hub. */
  readonly prefix?: string
  /** How long the users of a node that is gone stay present, ms. */
  readonly presenceGraceMs?: number
  readonly timings?: Partial<RedisTimings>
}

/** Which relay to use: a given one, one by way of Redis, or that of this process alone. */
export interface RelayPluginOptions {
  readonly relay?: Relay
  readonly redis?: RedisOptions | undefined
  /** How this node is called among others; a random id when none is given. */
  readonly nodeId?: string
  /** How many messages of a topic are kept, and how long; 100 of each room and user for 5 minutes where nothing is said. */
  readonly history?: Partial<HistorySettings>
  /** How long the numbers of a topic outlive its last message, ms; not shorter than messages are kept. A day by default. */
  readonly positionTtlMs?: number
}

/** What a relay is told about streams. */
interface StreamOptions {
  readonly keepOf: KeepOf
  readonly positionTtlMs: number
}

/** Decorates `relay`; closes it with the application, after the sockets are gone. */
export default fp<RelayPluginOptions>(async (app, options) => {
  const { nodeId = randomUUID(), redis, relay, history, positionTtlMs = DEFAULT_POSITION_TTL_MS } = options
  const streams = { keepOf: keepOfRules({ ...defaultHistory, ...history }), positionTtlMs }
  const shared = redis === undefined ? undefined : await connect(app, nodeId, redis, streams)
  const port = relay ?? shared ?? new MemoryRelay({ nodeId, ...streams })
  app.decorate('sharedCounter', shared?.counter)
  app.decorate('relay', new RelayFacade(port))
  app.addHook('onClose', async () => { await port.close() })
}, { name: 'relay', fastify: '5.x' })

async function connect (app: FastifyInstance, nodeId: string, options: RedisOptions, streams: StreamOptions): Promise<RedisRelay> {
  const { prefix = 'hub', presenceGraceMs = 3_000, timings = {} } = options
  const target = placeOf(options)
  const commands = openCommands(target)
  await app.register(redis, { client: commands })
  const logger = app.log.child({ logger: 'ws_relay' })
  return openRedisRelay({
    ...streams,
    target,
    commands,
    nodeId,
    prefix,
    presenceGraceMs,
    timings,
    logger,
    // The hub comes after its relay.
    connections: () => app.hasDecorator('hub') ? app.hub.size : 0,
    onRevived: () => app.hub.recheck()
  })
}

function placeOf ({ url, client }: RedisOptions): RedisPlace {
  if ((url === undefined) === (client === undefined)) throw new Error(`redis: expected either url or client, got ${url === undefined ? 'neither' : 'both'}`)
  if (url === undefined) {
    if (!isClientLike(client)) throw new Error('redis.client: expected a Redis or Cluster of ioredis')
    return client
  }
  const parsed = parseRedisUrl(url)
  if ('expected' in parsed) throw new Error(`REDIS_URL: expected ${parsed.expected}`)
  return parsed.target
}
