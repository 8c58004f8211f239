import t from 'tap'
import { loadConfig } from '../../config/load-config.ts'
import { configOf, problemsOf } from './problems-of.ts'

/** The `websocket:` block of document 002 with the values of its production sample. */
const PRODUCTION_SAMPLE = `
websocket:
  enabled: true
  host: 0.0.0.0
  port: 8081
  timeout: 30s
  read_buffer_size: 2048
  write_buffer_size: 2048
  max_message_size: 65536   # 64KB
  ping_interval: 30s
  pong_wait: 35s
  write_wait: 10s
  limits:
    max_connections: 50000
    max_connections_per_room: 5000
`

t.test('the YAML block of document 002 is understood (S2-24, S2-61, S2-77, X20)', async (t) => {
  t.match(configOf(PRODUCTION_SAMPLE), {
    enabled: true,
    host: '0.0.0.0',
    port: 8081,
    handshakeTimeoutMs: 30_000,
    readBufferSizeBytes: 2048,
    writeBufferSizeBytes: 2048,
    maxMessageSizeBytes: 65_536,
    pingPeriodMs: 30_000,
    pongWaitMs: 35_000,
    writeTimeoutMs: 10_000,
    maxConnections: 50_000,
    maxConnectionsPerRoom: 5000
  })
})

t.test('flat keys and blocks may stand side by side, lists as lists', async (t) => {
  const config = configOf(`
WS_PING_PERIOD: 40s
port: 9000
ws: { allowed_origins: [https://a.de, https://b.de], paths: /live }
jwt:
  secret: ${'s'.repeat(32)}
  user_claim: [uid]
`)
  t.match(config, {
    pingPeriodMs: 40_000, port: 9000, allowedOrigins: ['https://a.de', 'https://b.de'], paths: ['/live'], jwtSecret: 's'.repeat(32), jwtUserClaim: ['uid']
  })
})

t.test('a JSON file is read as well, with a byte order mark and tabs', async (t) => {
  t.match(configOf('\uFEFF{\n\t"ws": {\n\t\t"max_connections": 10,\n\t\t"online_public": false\n\t}\n}\n'), { maxConnections: 10, onlinePublic: false })
})

t.test('the environment wins over the file, also by another name of the setting', async (t) => {
  t.equal(configOf('websocket: { ping_interval: 40s }', { WS_PING_PERIOD: '50s' }).pingPeriodMs, 50_000)
  t.equal(configOf('WS_PING_PERIOD: nonsense', { WEBSOCKET_PING_INTERVAL: '50s' }).pingPeriodMs, 50_000)
})

t.test('an empty variable leaves the setting to the file', async (t) => {
  t.equal(configOf('port: 9000', { PORT: '' }).port, 9000)
})

t.test('an empty file, an empty block and an empty value say nothing', async (t) => {
  for (const text of ['', '# nothing\n', 'websocket:\n', 'ws: {}\n', 'port:\n', 'ws: { allowed_origins: [] }']) {
    t.same(configOf(text), loadConfig({}).config, text)
  }
})

t.test('an unknown key of a file is an error that names the one that was meant', async (t) => {
  t.same(problemsOf({}, 'ws: { ping_peroid: 3s }\ncolour: red'), [
    'ws.ping_peroid in hub.yaml: unknown setting (did you mean WS_PING_PERIOD?)',
    'colour in hub.yaml: unknown setting'
  ])
  t.equal(problemsOf({}, 'WS_CONFIG_FILE: other.yaml').length, 1)
  t.equal(problemsOf({}, '__proto__: { port: 1 }').length, 1)
})

t.test('a bad value of a file is named by setting, place and file', async (t) => {
  t.same(problemsOf({}, 'websocket: { pong_wait: 60 }'), [
    'WS_PONG_WAIT (as websocket.pong_wait in hub.yaml): expected a duration with a unit, such as 500ms, 54s, 5m or 24h, got 60'
  ])
})

t.test('one setting written twice in a file with different values is refused', async (t) => {
  t.same(problemsOf({}, 'WS_PONG_WAIT: 70s\nws: { read_timeout: 80s }'),
    ['WS_PONG_WAIT in hub.yaml and ws.read_timeout in hub.yaml: expected the same value for WS_PONG_WAIT, got 70s and 80s'])
  t.same(problemsOf({}, 'WS_PONG_WAIT: 70s\nws_pong_wait: 70s'), [])
})

t.test('a list where one value is wanted is refused, and so is a list of lists', async (t) => {
  t.same(problemsOf({}, 'port: [1, 2]'), ['PORT (as port in hub.yaml): expected one value, not a list, got 1,2'])
  t.same(problemsOf({}, 'ws: { paths: [[/a]] }'), ['ws.paths in hub.yaml: expected a list of plain values'])
})

t.test('a file that cannot be read is named with the reason', async (t) => {
  const dir = t.testdir({})
  t.same(problemsOf({ WS_CONFIG_FILE: `${dir}/no.yaml` }), [`WS_CONFIG_FILE: ${dir}/no.yaml: cannot be read (ENOENT)`])
  t.same(problemsOf({ WS_CONFIG_FILE: dir }), [`WS_CONFIG_FILE: ${dir}: cannot be read (EISDIR)`])
})

t.test('a malformed file is named with the place and without its content', async (t) => {
  const malformed = ['jwt: { secret: canary', '{"jwt_secret": "canary', 'a: canary\n b: canary', 'port: 1\nport: 2', '!canary x',
    'port: *canary', '--- a\n--- canary', 'port: !canary 1']
  for (const text of malformed) {
    const problems = problemsOf({}, text)
    t.match(problems, [/^WS_CONFIG_FILE: hub\.yaml: malformed (?:at line \d, column \d+ )?\([\w ,]+\)$/], text)
    t.notMatch(problems.join(), /canary/)
  }
})

t.test('a file that is not a map of settings is refused', async (t) => {
  for (const text of ['- a', 'just a text', '42']) t.same(problemsOf({}, text), ['WS_CONFIG_FILE: hub.yaml: expected a map of settings at the top'])
})

t.test('blocks without end are refused', async (t) => {
  t.same(problemsOf({}, 'ws: &a { ws: *a }'), ['WS_CONFIG_FILE: hub.yaml: blocks nested more than 8 deep'])
  t.match(problemsOf({}, `a: ${'['.repeat(50_000)}`), [/^WS_CONFIG_FILE: hub\.yaml: malformed/])
})

t.test('a file that cannot be used does not hide a bad variable, nor make one up', async (t) => {
  t.same(problemsOf({ PORT: 'x', NODE_ENV: 'production' }, '- a'),
    ['WS_CONFIG_FILE: hub.yaml: expected a map of settings at the top', 'PORT: expected a whole number from 0 to 65535, got x'])
})
