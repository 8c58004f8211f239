import type { Timings } from '../src/hub/timings.ts'
import type { IngestTimings } from '../src/ingest/ingest-timings.ts'
import type { RedisTimings } from '../src/relay/redis/timings.ts'
import type { Config } from './env-schema.ts'
import { readHistoryRules } from './rules.ts'

/** A message this many times above the announced maximum closes the connection. */
const HARD_LIMIT_FACTOR = 4
/** Who somebody is has to be known by then; what is asked for meanwhile goes on, and serves the next who knocks. */
const MAX_HANDSHAKE_WAIT_MS = 2_000

/** The settings as the options of each plugin and route. The only place that knows both sides. */
export function domainOptions (config: Config, timings: Timings, redisTimings: Partial<RedisTimings> = {}, ingestTimings: IngestTimings = {}) {
  return {
    jwt: {
      secret: config.jwtSecret,
      secretNext: config.jwtSecretNext,
      publicKey: config.jwtPublicKey,
      jwksUrl: config.jwtJwksUrl,
      algorithms: config.jwtAlgorithms,
      issuer: config.jwtIssuer,
      audience: config.jwtAudience,
      claims: { user: config.jwtUserClaim, name: config.jwtNameClaim, role: config.jwtRoleClaim },
      // The other half is for the answer: a request whose time is up gets none.
      keyTimeoutMs: Math.floor(config.handshakeTimeoutMs / 2)
    },
    relay: {
      redis: config.redisUrl === undefined
        ? undefined
        : { url: config.redisUrl, prefix: config.redisPrefix, presenceGraceMs: config.presenceGraceMs, timings: redisTimings },
      history: { size: config.historySize, ttlMs: config.historyTtlMs, rules: readHistoryRules(config.historyRules) },
      positionTtlMs: config.positionTtlMs
    },
    rateLimit: { handshakesPerMinute: config.handshakeRate, restPerMinute: config.restRate },
    hub: { adminRoles: config.adminRoles },
    rooms: {
      limits: {
        maxRoomsPerClient: config.maxRoomsPerClient,
        maxConnectionsPerRoom: config.maxConnectionsPerRoom,
        presenceMax: config.presenceMax
      },
      policy: {
        publishRequiresJoin: config.publishRequiresJoin,
        clientPublish: config.clientPublish,
        clientBroadcast: config.clientBroadcast,
        adminRoles: config.adminRoles
      },
      access: config.roomPolicy,
      timings
    },
    sessions: sessionOptions(config, timings),
    ingest: ingestOptions(config, ingestTimings),
    webhooks: { url: config.webhookUrl, secret: config.webhookSecret, events: config.webhookEvents },
    websocket: {
      maxPayloadBytes: config.maxMessageSizeBytes * HARD_LIMIT_FACTOR,
      closeTimeoutMs: timings.closeTimeoutMs,
      compression: config.compression === 'on'
    },
    page: { paths: config.paths, adminRoles: config.adminRoles },
    metrics: { adminRoles: config.adminRoles, token: config.metricsToken, open: !config.production && config.metricsToken === undefined },
    connect: {
      paths: config.paths,
      reject: config.authReject,
      auth: config.auth,
      tokenSources: config.tokenSources,
      dialect: config.dialect,
      origins: { allowed: config.allowedOrigins, production: config.production },
      // The rest is for the answer.
      maxWaitMs: Math.min(MAX_HANDSHAKE_WAIT_MS, Math.floor(config.handshakeTimeoutMs * 3 / 4))
    }
  }
}

function ingestOptions (config: Config, { nats = {}, redis = {}, retry = {} }: IngestTimings) {
  return {
    nats: config.natsUrl === undefined
      ? undefined
      : { url: config.natsUrl, stream: config.natsStream, consumer: config.natsConsumer, timings: nats },
    redis: config.ingestRedisUrl === undefined
      ? undefined
      : { url: config.ingestRedisUrl, stream: config.ingestRedisStream, group: config.ingestRedisGroup, timings: redis },
    subjects: config.natsSubjects ?? config.ingestRedisSubjects,
    maxMessageSizeBytes: config.maxMessageSizeBytes,
    retry
  }
}

function sessionOptions (config: Config, timings: Timings) {
  return {
    admission: {
      maxConnections: config.maxConnections,
      maxConnectionsPerUser: config.maxConnectionsPerUser,
      userLimitPolicy: config.userLimitPolicy,
      maxConnectionsPerIp: config.maxConnectionsPerIp
    },
    rate: { perSecond: config.messageRate, burst: config.messageBurst },
    inbox: {
      maxMessageSizeBytes: config.maxMessageSizeBytes,
      invalidJson: config.invalidJson,
      invalidJsonBudget: config.invalidJsonBudget
    },
    outbox: { messages: config.sendBufferMessages, bytes: config.sendBufferBytes },
    slowClient: config.slowClient,
    times: { pingPeriodMs: config.pingPeriodMs, pongWaitMs: config.pongWaitMs, writeTimeoutMs: config.writeTimeoutMs },
    presenceGraceMs: config.presenceGraceMs,
    expiryNoticeMs: config.jwtExpiryNoticeMs,
    drainTimeoutMs: config.drainTimeoutMs,
    timings
  }
}
