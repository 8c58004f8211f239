import t from 'tap'
import { dialects } from '../../src/protocol/dialects/index.ts'
import { loadConfig } from '../../config/load-config.ts'
import { problemsOf } from './problems-of.ts'

t.test('a bare number is refused where a duration is wanted, and the text says what to write (S1-80)', async (t) => {
  t.same(problemsOf({ WS_PING_PERIOD: '54' }),
    ['WS_PING_PERIOD: expected a duration with a unit, such as 500ms, 54s, 5m or 24h, got 54'])
})

t.test('a duration of nothing is refused where it makes no sense', async (t) => {
  for (const name of ['WS_PING_PERIOD', 'WS_PONG_WAIT', 'WS_WRITE_TIMEOUT', 'WS_HANDSHAKE_TIMEOUT']) {
    t.match(problemsOf({ [name]: '0s' }), [new RegExp(`^${name}: expected a duration from 1ms to \\d+ms, got 0s$`)], name)
  }
})

t.test('grace and drain may be nothing', async (t) => {
  const { config } = loadConfig({ WS_PRESENCE_GRACE: '0s', WS_DRAIN_TIMEOUT: '0s' })
  t.match(config, { presenceGraceMs: 0, drainTimeoutMs: 0 })
})

t.test('a duration that no timer can wait for is refused', async (t) => {
  t.match(problemsOf({ WS_PONG_WAIT: '2147483648ms' }), [/^WS_PONG_WAIT: expected a duration from 1ms to 2147483647ms/])
  t.equal(loadConfig({ WS_PONG_WAIT: '2147483647ms' }).config.pongWaitMs, 2_147_483_647)
})

t.test('a size is a plain number of bytes', async (t) => {
  for (const size of ['64KB', '65536b', '1e5', '-1', '3.5', 'Infinity']) {
    t.match(problemsOf({ WS_MAX_MESSAGE_SIZE: size }), [/^WS_MAX_MESSAGE_SIZE: expected a plain number of bytes from 64 to 16777216/], size)
  }
})

t.test('the message size may be any that one of the documents names (S1-78, S2-18)', async (t) => {
  const sizes = ['512', '4096', '65536', '512000'].map((size) => loadConfig({ WS_MAX_MESSAGE_SIZE: size }).config.maxMessageSizeBytes)
  t.same(sizes, [512, 4096, 65_536, 512_000])
})

t.test('port 0 is accepted and takes a free port (S2-60)', async (t) => {
  t.equal(loadConfig({ PORT: '0' }).config.port, 0)
})

t.test('a port that does not exist is refused', async (t) => {
  for (const port of ['65536', '-1', '80.5', 'http', '0x50']) {
    t.same(problemsOf({ PORT: port }), [`PORT: expected a whole number from 0 to 65535, got ${port}`], port)
  }
})

t.test('a switch is read in its usual spellings (S2-12)', async (t) => {
  const read = ['true', '1', 'on', 'TRUE', 'false', '0', 'off'].map((text) => loadConfig({ WS_ENABLED: text }).config.enabled)
  t.same(read, [true, true, true, true, false, false, false])
})

t.test('a switch that is neither on nor off is refused', async (t) => {
  t.same(problemsOf({ WS_ENABLED: 'maybe' }), ['WS_ENABLED: expected true or false, got maybe'])
})

t.test('an unknown word is refused with the known ones', async (t) => {
  t.same(problemsOf({ WS_AUTH: 'never' }), ['WS_AUTH: expected one of required, optional, got never'])
  t.same(problemsOf({ WS_DIALECT: 'hub.v2' }), [`WS_DIALECT: expected one of ${[...dialects.keys()].join(', ')}, got hub.v2`])
})

t.test('a word is known in capitals too', async (t) => {
  t.equal(loadConfig({ LOG_LEVEL: 'WARN' }).config.logLevel, 'warn')
})

t.test('a list is separated by commas, with or without spaces (S1-79)', async (t) => {
  const { config } = loadConfig({ WS_ALLOWED_ORIGINS: 'https://app.nebengjek.com, https://driver.nebengjek.com' })
  t.same(config.allowedOrigins, ['https://app.nebengjek.com', 'https://driver.nebengjek.com'])
})

t.test('the order of the token sources is kept', async (t) => {
  t.same(loadConfig({ WS_TOKEN_SOURCES: 'header,query' }).config.tokenSources, ['header', 'query'])
})

t.test('a list with an unknown or a doubled entry is refused, and the entry is named', async (t) => {
  t.same(problemsOf({ WS_TOKEN_SOURCES: 'query,body' }), ['WS_TOKEN_SOURCES: expected one of query, protocol, header, got body'])
  t.same(problemsOf({ WS_TOKEN_SOURCES: 'query,query' }), ['WS_TOKEN_SOURCES: expected no entry twice, got query'])
})

t.test('a list of nothing but commas is refused', async (t) => {
  t.same(problemsOf({ WS_PATHS: ' , ' }), ['WS_PATHS: expected at least one entry, got  , '])
})

t.test('an empty value counts as unset', async (t) => {
  const { config, warnings } = loadConfig({ PORT: '', WS_PATHS: '  ', JWT_SECRET: '', WS_CONFIG_FILE: '' })
  t.match(config, { port: 8080, paths: ['/ws', '/api/v1/ws'], jwtSecret: undefined })
  t.same(warnings, [])
})

t.test('only the exact word makes production', async (t) => {
  const read = [undefined, 'development', 'test', 'staging'].map((text) => loadConfig({ NODE_ENV: text }).config.production)
  t.same(read, [false, false, false, false])
  t.equal(loadConfig({ NODE_ENV: 'production', JWT_SECRET: 'x'.repeat(32) }).config.production, true)
})

t.test('a slip in the word production does not start the service in development', async (t) => {
  for (const slip of ['prod', 'Production', 'PRODUCTION', 'producton']) {
    t.match(problemsOf({ NODE_ENV: slip }), [/^NODE_ENV: expected production in exactly this form/], slip)
  }
})
