import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { BackOff } from '../src/back-off.ts'
import { defaultRetry, Ingest } from '../src/ingest/ingest.ts'
import type { IngestSource } from '../src/ingest/ingest-source.ts'
import type { NatsTimings } from '../src/ingest/nats/nats-timings.ts'
import { parseNatsUrl } from '../src/ingest/nats/nats-url.ts'
import type { RedisIngestTimings } from '../src/ingest/redis/redis-ingest-timings.ts'
import { RedisStreamSource } from '../src/ingest/redis/redis-stream-source.ts'
import { parseSubjectMap, type SubjectRule } from '../src/ingest/subject-map.ts'
import { parseRedisUrl } from '../src/relay/redis/redis-url.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Publishes events of other systems; undefined where there is no source of them. */
    ingest: Ingest | undefined
  }
}

/** Events from a stream of NATS JetStream. */
export interface NatsOptions {
  /** As the setting NATS_URL. */
  readonly url: string
  /** Name of the stream; made for the subjects of the map when there is none. */
  readonly stream?: string
  /** Name of the durable consumer, which all nodes share. */
  readonly consumer?: string
  readonly timings?: Partial<NatsTimings>
}

/** Events from a stream of Redis. */
export interface RedisStreamOptions {
  /** As the setting INGEST_REDIS_URL. */
  readonly url: string
  /** Key of the stream. */
  readonly stream?: string
  /** Name of the consumer group, which all nodes share. */
  readonly group?: string
  readonly timings?: Partial<RedisIngestTimings>
}

/** Where events come from, one at most: a given source, NATS or Redis; and whom they are for. */
export interface IngestPluginOptions {
  readonly source?: IngestSource
  readonly nats?: NatsOptions | undefined
  readonly redis?: RedisStreamOptions | undefined
  /** As the setting NATS_SUBJECTS; needed where there is a source. */
  readonly subjects?: string | undefined
  /** Largest event, bytes. */
  readonly maxMessageSizeBytes?: number
  /** How long an event waits until it is tried again. */
  readonly retry?: Partial<BackOff>
}

/** Decorates `ingest`. It begins when the application is ready, and ends before anything that it needs. */
export default fp<IngestPluginOptions>(async (app, options) => {
  const isGiven = [options.source, options.nats, options.redis].some((source) => source !== undefined)
  const ingest = isGiven ? await makeIngest(app, options) : undefined
  app.decorate('ingest', ingest)
  if (ingest === undefined) return
  app.addHook('onReady', async () => ingest.start())
  // Beside the drain, not before it: what is under way does not keep clients waiting.
  app.addHook('preClose', (done) => {
    ingest.stop().catch(() => {})
    done()
  })
  app.addHook('onClose', async () => { await ingest.stop() })
}, { name: 'ingest', dependencies: ['hub'], fastify: '5.x' })

async function makeIngest (app: FastifyInstance, options: IngestPluginOptions): Promise<Ingest | undefined> {
  const { subjects = '', maxMessageSizeBytes = 65_536, retry } = options
  const parsed = parseSubjectMap(subjects)
  if ('expected' in parsed) throw new Error(`subjects: expected ${parsed.expected}, got ${parsed.got}`)
  const { rules } = parsed
  const source = options.source ?? await openNats(app, options.nats, rules) ?? openRedis(app, options.redis)
  return source && new Ingest({
    source,
    rules,
    maxBytes: maxMessageSizeBytes,
    retry: { ...defaultRetry, ...retry },
    publish: (message) => app.hub.publish(message),
    isLeaving: () => app.hasDecorator('admission') && app.admission.isDraining,
    logger: app.log.child({ logger: 'ingest' })
  })
}

/** NATS' own code is loaded by those alone who have it. */
async function openNats (app: FastifyInstance, options: NatsOptions | undefined, rules: readonly SubjectRule[]): Promise<IngestSource | undefined> {
  if (options === undefined) return undefined
  const { url, stream = 'EVENTS', consumer = 'wshub', timings = {} } = options
  const parsed = parseNatsUrl(url)
  if ('expected' in parsed) throw new Error(`NATS_URL: expected ${parsed.expected}`)
  const logger = app.log.child({ logger: 'ingest' })
  const { NatsSource } = await import('../src/ingest/nats/nats-source.ts')
  return new NatsSource({ target: parsed.target, stream, consumer, subjects: rules.map(({ subject }) => subject), timings, logger })
}

function openRedis (app: FastifyInstance, options: RedisStreamOptions | undefined): RedisStreamSource | undefined {
  if (options === undefined) return undefined
  const { url, stream = 'events', group = 'wshub', timings = {} } = options
  const parsed = parseRedisUrl(url)
  if ('expected' in parsed) throw new Error(`INGEST_REDIS_URL: expected ${parsed.expected}`)
  return new RedisStreamSource({ target: parsed.target, stream, group, timings, logger: app.log.child({ logger: 'ingest' }) })
}
