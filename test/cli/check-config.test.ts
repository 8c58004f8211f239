import t from 'tap'
import { listSettings } from '../../config/env-schema.ts'
import { loadConfig } from '../../config/load-config.ts'
import { cli } from '../support/cli-world.ts'

const SECRET = 'canary'.repeat(8)

t.test('the effective settings are shown, all of them, with exit code 0', async (t) => {
  const { code, stdout, stderr } = await cli(['check-config'], { WS_PING_PERIOD: '1000ms', WS_ALLOWED_ORIGINS: 'http://a, http://b' })
  t.equal(code, 0)
  t.equal(stderr, '')
  t.same(stdout.match(/^\w+(?==)/gm), listSettings().map(({ env }) => env))
  t.match(stdout, /^WS_PING_PERIOD=1s$/m)
  t.match(stdout, /^WS_ALLOWED_ORIGINS=http:\/\/a,http:\/\/b$/m)
  t.match(stdout, /^NODE_ENV=development$/m)
})

t.test('what is shown means the same when it is set', async (t) => {
  const env = { NODE_ENV: 'production', JWT_SECRET: SECRET, WS_HANDSHAKE_TIMEOUT: '1500ms', WS_SLOW_CLIENT: 'drop', TRUST_PROXY: '10.0.0.0/8' }
  const { stdout } = await cli(['check-config'], env)
  const shown = Object.fromEntries(stdout.trim().split('\n').map((line) => [/^\w+/.exec(line)?.[0] ?? '', line.replace(/^\w+=/, '')]))
  t.same(loadConfig({ ...shown, JWT_SECRET: SECRET }).config, loadConfig(env).config)
})

t.test('a secret is not shown', async (t) => {
  const { stdout, stderr } = await cli(['check-config'], { JWT_SECRET: SECRET })
  t.match(stdout, /^JWT_SECRET=\*\*\*$/m)
  t.notMatch(stdout + stderr, /canary/)
})

t.test('warnings are told and do no harm', async (t) => {
  const { code, stderr } = await cli(['check-config'], { WS_PING_PEROID: '1s' })
  t.equal(code, 0)
  t.equal(stderr, 'wshub: warning: WS_PING_PEROID: unknown, ignored (did you mean WS_PING_PERIOD?)\n')
})

t.test('every problem is told, with exit code 2 and nothing on standard output', async (t) => {
  const { code, stdout, stderr } = await cli(['check-config'], { PORT: 'x', LOG_LEVEL: 'loud', JWT_SECRET: 'canary', NODE_ENV: 'production' })
  t.equal(code, 2)
  t.equal(stdout, '')
  for (const name of ['PORT', 'LOG_LEVEL', 'JWT_SECRET']) t.match(stderr, new RegExp(`^ {2}${name}: `, 'm'))
  t.notMatch(stderr, /canary/)
})

t.test('a file can be checked before it is used', async (t) => {
  const file = `${t.testdir({ 'hub.yaml': 'websocket:\n  ping_interval: 5s\n' })}/hub.yaml`
  const { code, stdout } = await cli(['check-config', '--config', file])
  t.equal(code, 0)
  t.match(stdout, /^WS_PING_PERIOD=5s$/m)
  t.ok(stdout.startsWith(`WS_CONFIG_FILE=${file}\n`))
})

t.test('a malformed file is refused by its name', async (t) => {
  const file = `${t.testdir({ 'hub.yaml': 'port: [1\n' })}/hub.yaml`
  const { code, stderr } = await cli(['check-config', '--config', file])
  t.equal(code, 2)
  t.ok(stderr.includes(`--config (WS_CONFIG_FILE): ${file}: malformed at line`))
})
