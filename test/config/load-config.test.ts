import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import { settingsSchema } from '../../config/env-schema.ts'
import { loadConfig } from '../../config/load-config.ts'
import { errorOf, problemsOf } from './problems-of.ts'

t.test('nothing has to be set', async (t) => {
  const { config, warnings } = loadConfig({})
  t.ok(Value.Check(settingsSchema, config))
  t.same(warnings, [])
})

t.test('the settings of document 001 are understood under its names (S1-71..S1-80)', async (t) => {
  const { config } = loadConfig({
    WS_READ_BUFFER_SIZE: '1024',
    WS_WRITE_BUFFER_SIZE: '1024',
    WS_HANDSHAKE_TIMEOUT: '10s',
    WS_READ_TIMEOUT: '60s',
    WS_WRITE_TIMEOUT: '10s',
    WS_PING_PERIOD: '54s',
    WS_MAX_MESSAGE_SIZE: '512',
    WS_ALLOWED_ORIGINS: 'https://app.nebengjek.com,https://driver.nebengjek.com'
  })
  t.match(config, {
    readBufferSizeBytes: 1024,
    writeBufferSizeBytes: 1024,
    handshakeTimeoutMs: 10_000,
    pongWaitMs: 60_000,
    writeTimeoutMs: 10_000,
    pingPeriodMs: 54_000,
    maxMessageSizeBytes: 512,
    allowedOrigins: ['https://app.nebengjek.com', 'https://driver.nebengjek.com']
  })
})

t.test('the settings of document 002 are understood under its names (S2-12..S2-23)', async (t) => {
  const { config, warnings } = loadConfig({
    WEBSOCKET_ENABLED: 'false',
    WEBSOCKET_HOST: '127.0.0.1',
    WEBSOCKET_PORT: '8081',
    WEBSOCKET_TIMEOUT: '30s',
    WEBSOCKET_READ_BUFFER_SIZE: '1024',
    WEBSOCKET_WRITE_BUFFER_SIZE: '1024',
    WEBSOCKET_MAX_MESSAGE_SIZE: '512000',
    WEBSOCKET_PING_INTERVAL: '54s',
    WEBSOCKET_PONG_WAIT: '61s',
    WEBSOCKET_WRITE_WAIT: '11s',
    WEBSOCKET_LIMITS_MAX_CONNECTIONS: '10000',
    WEBSOCKET_LIMITS_MAX_CONNECTIONS_PER_ROOM: '1000'
  })
  t.match(config, {
    enabled: false,
    host: '127.0.0.1',
    port: 8081,
    handshakeTimeoutMs: 30_000,
    readBufferSizeBytes: 1024,
    writeBufferSizeBytes: 1024,
    maxMessageSizeBytes: 512_000,
    pingPeriodMs: 54_000,
    pongWaitMs: 61_000,
    writeTimeoutMs: 11_000,
    maxConnections: 10_000,
    maxConnectionsPerRoom: 1000
  })
  t.equal(warnings.length, 2, 'about the buffers alone')
})

t.test('a loaded configuration is frozen all the way down', async (t) => {
  const { config } = loadConfig({})
  t.throws(() => Object.assign(config, { port: 1 }), TypeError)
  t.throws(() => config.paths.push('/more'), TypeError)
  t.ok(Object.values(config).every(Object.isFrozen))
})

t.test('loading twice gives two configurations that share nothing', async (t) => {
  t.not(loadConfig({}).config.paths, loadConfig({}).config.paths)
})

t.test('one error names every bad setting', async (t) => {
  const bad = { PORT: 'x', WS_PONG_WAIT: '1s', JWT_SECRET: 'canary', WS_PATHS: 'ws', WS_AUTH: 'no', TRUST_PROXY: 'true', LOG_LEVEL: 'loud' }
  t.same(new Set(problemsOf(bad).map((problem) => problem.split(':')[0])), new Set(Object.keys(bad)))
})

t.test('the message of the error holds all problems, and no secret', async (t) => {
  const error = errorOf({ PORT: 'x', JWT_SECRET: 'canary', JWT_PUBLIC_KEY: 'canary', JWT_JWKS_URL: 'canary' })
  t.equal(error?.problems.length, 5)
  t.equal(error?.message, ['invalid configuration:', ...error?.problems ?? []].join('\n  '))
  t.notMatch(`${error?.stack}${JSON.stringify(error)}`, /canary/)
})

t.test('two keys that differ under two names are refused without being shown', async (t) => {
  const problems = problemsOf({}, `jwt_secret: ${'canary'.repeat(6)}\njwt: { secret: ${'canary'.repeat(7)} }`)
  t.same(problems, ['jwt_secret in hub.yaml and jwt.secret in hub.yaml: expected the same value for JWT_SECRET'])
})

t.test('a wrong value is shown on one line and not in full length', async (t) => {
  t.same(problemsOf({ PORT: `1\n\u007f${'x'.repeat(200)}` }),
    [`PORT: expected a whole number from 0 to 65535, got 1\\x0a\\x7f${'x'.repeat(77)}…`])
})

t.test('the environment that is handed over is not changed', async (t) => {
  const env = Object.freeze({ PORT: '0', WS_PING_PEROID: '1s' })
  t.equal(loadConfig(env).config.port, 0)
})

t.test('the settings file is read from the disk', async (t) => {
  const dir = t.testdir({ 'hub.json': '{ "port": 4711 }' })
  t.equal(loadConfig({ WS_CONFIG_FILE: `${dir}/hub.json` }).config.port, 4711)
})
