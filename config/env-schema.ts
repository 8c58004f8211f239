import { Type, type Static } from '@sinclair/typebox'
import { ALGORITHMS, keySetUrl, publicKey, sharedSecret } from '../src/auth/key-rules.ts'
import { dialects } from '../src/protocol/dialects/index.ts'
import { DEFAULT_POSITION_TTL_MS, defaultHistory, MAX_HISTORY_SIZE } from '../src/relay/history-rules.ts'
import { webhookSecret, webhookUrl } from '../src/webhooks/endpoint.ts'
import { WEBHOOK_EVENTS } from '../src/webhooks/webhook-event.ts'
import {
  allowedOrigin, historyRules, listenHost, natsName, natsUrl, plainName, proxyAddress, redisPrefix, redisUrl, roomPolicy, socketPath, subjectMap
} from './rules.ts'
import {
  advisoryBytes, bytes, choice, choices, duration, flag, integer, isProduction, list, optionalChoice, optionalText, secret, text, type Annotation
} from './setting.ts'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const SECOND_MS = 1000
const HOUR_MS = 3_600_000

/** Every setting of the service, in the order in which help shows them: key, variable, default, meaning. */
export const settingsSchema = Type.Object({
  host: text('HOST', '0.0.0.0', 'Address to listen on.', { aliases: ['WEBSOCKET_HOST'], rule: listenHost }),
  port: integer('PORT', 8080, 'Port to listen on; 0 takes a free one.', { max: 65_535, aliases: ['WEBSOCKET_PORT'] }),
  logLevel: choice('LOG_LEVEL', LOG_LEVELS, 'info', 'Least severe log lines to write.'),
  production: isProduction('NODE_ENV', '`production`: a key is required and origins are checked; anything else is development.'),
  trustProxy: list('TRUST_PROXY', '', 'Proxies whose X-Forwarded-For counts: addresses and CIDR ranges; empty: none.', { rule: proxyAddress }),

  jwtSecret: secret('JWT_SECRET', 'Shared secret of HS256 tokens, 32 bytes or more.', sharedSecret),
  jwtSecretNext: secret('JWT_SECRET_NEXT', 'Second secret beside JWT_SECRET, for the time in which it changes: tokens of either are good.', sharedSecret),
  jwtPublicKey: secret('JWT_PUBLIC_KEY', 'Public key (PEM) of RS256, ES256 or EdDSA tokens; `\\n` may stand for a line break.', publicKey),
  jwtJwksUrl: secret('JWT_JWKS_URL', 'Address of the key set of RS256, ES256 or EdDSA tokens; https in production.', keySetUrl),
  jwtAlgorithms: choices('JWT_ALGORITHMS', ALGORITHMS, '', 'Accepted algorithms; empty: all that fit the key.'),
  jwtIssuer: optionalText('JWT_ISSUER', 'Required `iss` of a token; unset: not checked.'),
  jwtAudience: optionalText('JWT_AUDIENCE', 'Required `aud` of a token; unset: not checked.'),
  jwtUserClaim: list('JWT_USER_CLAIM', 'sub,user_id', 'Claims that may hold the user id; the first found counts.', { rule: plainName }),
  jwtNameClaim: text('JWT_NAME_CLAIM', 'name', 'Claim with the name to show.', { rule: plainName }),
  jwtRoleClaim: text('JWT_ROLE_CLAIM', 'role', 'Claim with the role; `roles` is read too.', { rule: plainName }),
  jwtExpiryNoticeMs: duration('JWT_EXPIRY_NOTICE', '30s', 'How long before the end of its token a connection is told; 0s: not at all.', { min: 0 }),

  redisUrl: secret('REDIS_URL', 'Redis that relates the nodes: redis:// or rediss:// URL, several for a cluster, redis+sentinel://; unset: this node alone.', redisUrl),
  redisPrefix: text('REDIS_PREFIX', 'hub', 'Beginning of all names in Redis; nodes with the same one are one hub.', { rule: redisPrefix }),

  natsUrl: secret('NATS_URL', 'NATS server whose JetStream has events of other systems: nats:// or tls:// URL, several with commas; unset: no events.', natsUrl),
  natsSubjects: Type.Optional(text('NATS_SUBJECTS', '',
    'Whom the events are for: `match.proposal -> users from driver_id, passenger_id; ride.* -> rooms from ride_id as ride.update`; the first rule that fits a subject counts.',
    { rule: subjectMap })),
  natsStream: text('NATS_STREAM', 'EVENTS', 'Name of the stream; made for the subjects when there is none.', { rule: natsName }),
  natsConsumer: text('NATS_CONSUMER', 'wshub', 'Name of the durable consumer that all nodes share.', { rule: natsName }),
  ingestRedisUrl: secret('INGEST_REDIS_URL', 'Redis with a stream of events of other systems, in place of NATS; written like REDIS_URL, and may be the same.', redisUrl),
  ingestRedisSubjects: Type.Optional(text('INGEST_REDIS_SUBJECTS', '', 'Whom those events are for; written like NATS_SUBJECTS.', { rule: subjectMap })),
  ingestRedisStream: text('INGEST_REDIS_STREAM', 'events', 'Key of the stream.', { rule: plainName }),
  ingestRedisGroup: text('INGEST_REDIS_GROUP', 'wshub', 'Name of the consumer group that all nodes share.', { rule: plainName }),

  webhookUrl: secret('WEBHOOK_URL', 'Address that is told who comes and goes: http or https URL, https in production; unset: nobody is told.', webhookUrl),
  webhookSecret: secret('WEBHOOK_SECRET', 'Secret that webhooks are signed with, 32 bytes or more; `whsec_` and base64 of them is understood, too.', webhookSecret),
  webhookEvents: choices('WEBHOOK_EVENTS', WEBHOOK_EVENTS, WEBHOOK_EVENTS.join(','), 'What it is told of.'),

  metricsToken: secret('METRICS_TOKEN', 'Secret that opens `/metrics` beside the token of an administrator; unset: open to everybody in development.', plainName),

  enabled: flag('WS_ENABLED', true, 'Whether the service runs at all; off: `start` opens no port and exits 0.'),
  paths: list('WS_PATHS', '/ws,/api/v1/ws', 'Paths that upgrade.', { rule: socketPath }),
  dialect: choice('WS_DIALECT', [...dialects.keys()], 'hub.v1', 'Dialect of a client that names none.'),
  auth: choice('WS_AUTH', ['required', 'optional'], 'required', '`optional` lets clients without a token in as guests.'),
  tokenSources: choices('WS_TOKEN_SOURCES', ['query', 'protocol', 'header'], 'query,protocol,header',
    'Where a token is looked for, in this order; the first that holds one decides.'),
  authReject: choice('WS_AUTH_REJECT', ['auto', 'http', 'close'], 'auto',
    'Refuse with an HTTP status, or accept and close with a code; `auto`: close for browsers and whoever asks for it by `?refusal=close`.'),
  allowedOrigins: list('WS_ALLOWED_ORIGINS', '', 'Allowed origins, or `*`; empty: all in development, the own host in production.',
    { rule: allowedOrigin }),
  adminRoles: list('WS_ADMIN_ROLES', 'admin,superadmin', 'Roles that make an administrator.'),
  onlinePublic: flag('WS_ONLINE_PUBLIC', true, 'Whether everybody may ask how many are online.'),
  consolePage: optionalChoice('WS_CONSOLE', ['on', 'off'], 'The browser console at `/console`; unset: on in development, off in production.'),

  maxMessageSizeBytes: bytes('WS_MAX_MESSAGE_SIZE', 65_536, 'Largest frame taken; four times that closes the connection.',
    { min: 64, max: 16_777_216 }),
  pingPeriodMs: duration('WS_PING_PERIOD', '54s', 'Time between two pings.', { aliases: ['WEBSOCKET_PING_INTERVAL'] }),
  pongWaitMs: duration('WS_PONG_WAIT', '60s', 'Silence after which a connection is dead; above the ping period.',
    { aliases: ['WS_READ_TIMEOUT', 'WEBSOCKET_READ_TIMEOUT'] }),
  writeTimeoutMs: duration('WS_WRITE_TIMEOUT', '10s', 'Longest time a write may hang.', { aliases: ['WEBSOCKET_WRITE_WAIT'] }),
  handshakeTimeoutMs: duration('WS_HANDSHAKE_TIMEOUT', '10s', 'Longest time a handshake may take.', { aliases: ['WEBSOCKET_TIMEOUT'] }),
  sendBufferMessages: integer('WS_SEND_BUFFER', 256, 'Unsent messages a connection may have.', { min: 1 }),
  sendBufferBytes: bytes('WS_SEND_BUFFER_BYTES', 1_048_576, 'Unsent bytes a connection may have.', { min: 1024 }),
  slowClient: choice('WS_SLOW_CLIENT', ['close', 'drop'], 'close', 'What happens above the send buffer: close, or drop messages and say so.'),
  compression: choice('WS_COMPRESSION', ['off', 'on'], 'off', 'Whether large frames are compressed for clients that offer permessage-deflate.'),

  maxConnections: integer('WS_MAX_CONNECTIONS', 0, 'Connections of this node; 0: no limit.',
    { aliases: ['WEBSOCKET_LIMITS_MAX_CONNECTIONS'] }),
  maxConnectionsPerUser: integer('WS_MAX_CONNECTIONS_PER_USER', 0, 'Connections of a user; 0: no limit, 1: a single session.',
    { aliases: ['WEBSOCKET_LIMITS_MAX_CONNECTIONS_PER_USER'] }),
  userLimitPolicy: choice('WS_USER_LIMIT_POLICY', ['replace', 'reject'], 'replace', 'At the limit of a user: replace the oldest, or reject the new one.'),
  maxConnectionsPerIp: integer('WS_MAX_CONNECTIONS_PER_IP', 0, 'Connections of an address (/64 for IPv6); 0: no limit.',
    { aliases: ['WEBSOCKET_LIMITS_MAX_CONNECTIONS_PER_IP'] }),
  maxConnectionsPerRoom: integer('WS_MAX_CONNECTIONS_PER_ROOM', 0, 'Connections in a room; 0: no limit.',
    { aliases: ['WEBSOCKET_LIMITS_MAX_CONNECTIONS_PER_ROOM'] }),
  maxRoomsPerClient: integer('WS_MAX_ROOMS_PER_CLIENT', 128, 'Rooms of a connection; 0: no limit.',
    { aliases: ['WEBSOCKET_LIMITS_MAX_ROOMS_PER_CLIENT'] }),
  messageRate: integer('WS_MESSAGE_RATE', 50, 'Frames a second of a connection, its pings among them; 0: off.'),
  messageBurst: integer('WS_MESSAGE_BURST', 100, 'Frames at once; unset: the rate, where that is more.', { min: 1 }),
  handshakeRate: integer('WS_HANDSHAKE_RATE', 600, 'Handshakes a minute of an address (/64 for IPv6); 0: off.'),
  restRate: integer('WS_REST_RATE', 600, 'HTTP requests a minute of a user, or without a good token of an address (/64 for IPv6); 0: off.'),

  publishRequiresJoin: flag('WS_PUBLISH_REQUIRES_JOIN', true, 'Whether only members and subscribers may publish to a room; clients of `flat.v1` need no more than leave to publish there.'),
  clientPublish: flag('WS_CLIENT_PUBLISH', true, 'Whether clients may publish.'),
  clientBroadcast: choice('WS_CLIENT_BROADCAST', ['off', 'admin', 'all'], 'admin', 'Which clients may broadcast to everybody.'),
  roomPolicy: Type.Optional(text('WS_ROOM_POLICY', '',
    'What holds in the rooms that a rule names, of `public`, `members-only`, `private` and `read-only`: `team:*=private,news:*=read-only,board=private+members-only`; the most specific rule counts, other rooms are public; a name with a comma cannot be written.',
    { rule: roomPolicy })),
  invalidJson: choice('WS_INVALID_JSON', ['error', 'close'], 'error', 'Answer to a frame that is not JSON.'),
  invalidJsonBudget: integer('WS_INVALID_JSON_BUDGET', 5, 'Bad frames in 60 s that are forgiven.'),
  historySize: integer('WS_HISTORY_SIZE', defaultHistory.size, 'Messages kept of each room and user for those who come back; 0: none.', { max: MAX_HISTORY_SIZE }),
  historyTtlMs: duration('WS_HISTORY_TTL', `${defaultHistory.ttlMs / SECOND_MS}s`, 'How long those are kept.'),
  historyRules: Type.Optional(text('WS_HISTORY_RULES', '',
    'What is kept of the topics that a rule names, rooms and users included, in place of WS_HISTORY_SIZE and WS_HISTORY_TTL: `all=50/60s,room:chat:*=1000/24h,room:live:*=0`; the most specific rule counts; a name with a comma cannot be written.',
    { rule: historyRules })),
  positionTtlMs: duration('WS_POSITION_TTL', `${DEFAULT_POSITION_TTL_MS / HOUR_MS}h`, 'How long the numbers of a topic outlive its last message; no shorter than any history.'),
  presenceGraceMs: duration('WS_PRESENCE_GRACE', '3s', 'How long a user counts as present after a broken connection.', { min: 0 }),
  presenceMax: integer('WS_PRESENCE_MAX', 1000, 'Members above which joins and leaves are not told.'),
  drainTimeoutMs: duration('WS_DRAIN_TIMEOUT', '8s', 'Longest time a shutdown waits for connections.', { min: 0 }),
  readBufferSizeBytes: advisoryBytes('WS_READ_BUFFER_SIZE', 'Accepted; Node sizes its buffers itself.'),
  writeBufferSizeBytes: advisoryBytes('WS_WRITE_BUFFER_SIZE', 'Accepted; Node sizes its buffers itself.')
})

/** The settings as the service uses them: complete, checked against each other, frozen. */
export type Config = Readonly<Static<typeof settingsSchema>>

/** One setting with everything help, README and the loader say about it. */
export interface Setting extends Annotation {
  readonly key: string
}

/** The variable that names a settings file; the loader reads it before all others. */
export const configFileSetting: Setting = {
  key: 'configFile',
  env: 'WS_CONFIG_FILE',
  kind: 'text',
  type: 'path',
  default: '',
  meaning: 'YAML or JSON file that may hold all of these; a variable wins over it.',
  aliases: [],
  secret: false
}

/** The settings of the schema, in its order. */
export const schemaSettings: readonly Setting[] = Object.entries(settingsSchema.properties).map(([key, schema]) => {
  const annotation: Annotation = schema.setting
  return { key, ...annotation }
})

/** All settings, the one that names a file included. */
export function listSettings (): Setting[] {
  return [configFileSetting, ...schemaSettings]
}
