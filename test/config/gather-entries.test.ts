import t from 'tap'
import { schemaSettings } from '../../config/env-schema.ts'
import { loadConfig } from '../../config/load-config.ts'
import { problemsOf } from './problems-of.ts'

t.test('a setting and its alias with different values are refused, both named (X20)', async (t) => {
  t.same(problemsOf({ WS_PING_PERIOD: '50s', WEBSOCKET_PING_INTERVAL: '40s' }),
    ['WS_PING_PERIOD and WEBSOCKET_PING_INTERVAL: expected the same value for WS_PING_PERIOD, got 50s and 40s'])
})

t.test('a setting and its alias with the same value are fine, however it is written (X20)', async (t) => {
  t.equal(loadConfig({ WS_PONG_WAIT: '60s', WEBSOCKET_PONG_WAIT: '1m', WS_READ_TIMEOUT: '60000ms' }).config.pongWaitMs, 60_000)
})

t.test('of three names that differ all are named (X20)', async (t) => {
  const [problem = ''] = problemsOf({ WS_PONG_WAIT: '60s', WEBSOCKET_PONG_WAIT: '60s', WS_READ_TIMEOUT: '70s' })
  t.match(problem, /^WS_PONG_WAIT and WEBSOCKET_PONG_WAIT and WS_READ_TIMEOUT: expected the same value/)
})

t.test('a bad value under an alias names the setting and the alias', async (t) => {
  t.same(problemsOf({ WEBSOCKET_LIMITS_MAX_CONNECTIONS: 'many' }),
    ['WS_MAX_CONNECTIONS (as WEBSOCKET_LIMITS_MAX_CONNECTIONS): expected a whole number from 0 to 1000000000, got many'])
})

t.test('the aliases of the contract belong to their settings (X20)', async (t) => {
  const settingOf = new Map(schemaSettings.flatMap(({ env, aliases }) => aliases.map((alias) => [alias, env])))
  const aliases = {
    WEBSOCKET_PING_INTERVAL: 'WS_PING_PERIOD',
    WEBSOCKET_PONG_WAIT: 'WS_PONG_WAIT',
    WS_READ_TIMEOUT: 'WS_PONG_WAIT',
    WEBSOCKET_WRITE_WAIT: 'WS_WRITE_TIMEOUT',
    WEBSOCKET_TIMEOUT: 'WS_HANDSHAKE_TIMEOUT',
    WEBSOCKET_HOST: 'HOST',
    WEBSOCKET_PORT: 'PORT',
    WEBSOCKET_ENABLED: 'WS_ENABLED',
    WEBSOCKET_MAX_MESSAGE_SIZE: 'WS_MAX_MESSAGE_SIZE',
    WEBSOCKET_READ_BUFFER_SIZE: 'WS_READ_BUFFER_SIZE',
    WEBSOCKET_WRITE_BUFFER_SIZE: 'WS_WRITE_BUFFER_SIZE',
    WEBSOCKET_LIMITS_MAX_CONNECTIONS: 'WS_MAX_CONNECTIONS',
    WEBSOCKET_LIMITS_MAX_CONNECTIONS_PER_ROOM: 'WS_MAX_CONNECTIONS_PER_ROOM',
    WEBSOCKET_ALLOWED_ORIGINS: 'WS_ALLOWED_ORIGINS'
  }
  for (const [alias, env] of Object.entries(aliases)) t.equal(settingOf.get(alias), env, alias)
})

t.test('no name belongs to two settings', async (t) => {
  const names = schemaSettings.flatMap(({ env, aliases }) => [env, ...aliases])
  t.equal(new Set(names).size, names.length)
})

t.test('an unknown variable of ours gives a warning with the name that was meant', async (t) => {
  t.same(loadConfig({ WS_PING_PEROID: '3s', WEBSOCKET_PORTS: '1', ws_port: '1' }).warnings, [
    'WS_PING_PEROID: unknown, ignored (did you mean WS_PING_PERIOD?)',
    'WEBSOCKET_PORTS: unknown, ignored (did you mean WEBSOCKET_PORT?)',
    'ws_port: unknown, ignored'
  ])
})

t.test('a variable of a later version gives a warning and no false hint', async (t) => {
  const later = ['WS_WORKERS', 'JWT_SECRET_LATER']
  const { warnings } = loadConfig(Object.fromEntries(later.map((name) => [name, 'canary'])))
  t.same(warnings, later.map((name) => `${name}: unknown, ignored`))
})

t.test('a variable of somebody else gives no warning', async (t) => {
  t.same(loadConfig({ PATH: '/bin', HOSTNAME: 'x', npm_config_x: '1', WS_NO_BUFFER_UTIL: '1', WS_OLD: '' }).warnings, [])
})
