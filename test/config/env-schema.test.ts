import t from 'tap'
import { configFileSetting, listSettings, schemaSettings, settingsSchema } from '../../config/env-schema.ts'
import { loadConfig } from '../../config/load-config.ts'

t.test('every property of the schema is one setting with a name, a type and a meaning', async (t) => {
  t.same(schemaSettings.map(({ key }) => key), Object.keys(settingsSchema.properties))
  for (const { key, env, type, meaning } of listSettings()) {
    t.match(env, /^[A-Z][A-Z0-9_]+$/, key)
    t.not(type, '', key)
    t.match(meaning, /^\S.*\.$/, key)
  }
})

t.test('the list names the file setting beside those of the schema', async (t) => {
  t.same(listSettings(), [configFileSetting, ...schemaSettings])
})

t.test('a default that is written out means the same as none', async (t) => {
  const written = schemaSettings.filter((setting) => setting.default !== '').map((setting) => [setting.env, setting.default])
  t.same(loadConfig(Object.fromEntries(written)), loadConfig({}))
})

t.test('only keys and addresses with credentials are secret', async (t) => {
  const secrets = listSettings().filter(({ secret }) => secret).map(({ env }) => env)
  t.same(secrets, ['JWT_SECRET', 'JWT_SECRET_NEXT', 'JWT_PUBLIC_KEY', 'JWT_JWKS_URL', 'REDIS_URL', 'NATS_URL', 'INGEST_REDIS_URL', 'WEBHOOK_URL', 'WEBHOOK_SECRET', 'METRICS_TOKEN'])
})

t.test('no setting has a default above its own bounds', async (t) => {
  for (const { key, min = -Infinity, max = Infinity } of schemaSettings) {
    const value = Object.entries(loadConfig({}).config).find(([name]) => name === key)?.[1]
    if (typeof value === 'number') t.ok(value >= min && value <= max, key)
  }
})

t.test('the defaults are those of the contract', async (t) => {
  t.same(loadConfig({}).config, {
    host: '0.0.0.0',
    port: 8080,
    logLevel: 'info',
    production: false,
    trustProxy: [],
    jwtAlgorithms: ['HS256'],
    jwtUserClaim: ['sub', 'user_id'],
    jwtNameClaim: 'name',
    jwtRoleClaim: 'role',
    jwtExpiryNoticeMs: 30_000,
    redisPrefix: 'hub',
    natsStream: 'EVENTS',
    natsConsumer: 'wshub',
    ingestRedisStream: 'events',
    ingestRedisGroup: 'wshub',
    webhookEvents: ['connected', 'disconnected', 'joined', 'left', 'room_occupied', 'room_empty'],
    enabled: true,
    paths: ['/ws', '/api/v1/ws'],
    dialect: 'hub.v1',
    auth: 'required',
    tokenSources: ['query', 'protocol', 'header'],
    authReject: 'auto',
    allowedOrigins: [],
    adminRoles: ['admin', 'superadmin'],
    onlinePublic: true,
    consolePage: 'on',
    maxMessageSizeBytes: 65_536,
    pingPeriodMs: 54_000,
    pongWaitMs: 60_000,
    writeTimeoutMs: 10_000,
    handshakeTimeoutMs: 10_000,
    sendBufferMessages: 256,
    sendBufferBytes: 1_048_576,
    slowClient: 'close',
    compression: 'off',
    maxConnections: 0,
    maxConnectionsPerUser: 0,
    userLimitPolicy: 'replace',
    maxConnectionsPerIp: 0,
    maxConnectionsPerRoom: 0,
    maxRoomsPerClient: 128,
    messageRate: 50,
    messageBurst: 100,
    handshakeRate: 600,
    restRate: 600,
    publishRequiresJoin: true,
    clientPublish: true,
    clientBroadcast: 'admin',
    invalidJson: 'error',
    invalidJsonBudget: 5,
    historySize: 100,
    historyTtlMs: 300_000,
    positionTtlMs: 86_400_000,
    presenceGraceMs: 3000,
    presenceMax: 1000,
    drainTimeoutMs: 8000
  })
})
